package dev.matview.core.benchmark;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/** What benchmarks measure and print by. */
final class Measurement {

    private Measurement() {}

    /** How much of the heap is in use, garbage aside. */
    static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    static double mib(long bytes) {
        return bytes / (double) (1 << 20);
    }

    static void print(String text, Object... values) {
        System.out.println(String.format(Locale.ROOT, text, values));
    }
}
