package dev.matview.examples.benchmarks.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One run of a benchmark: how large, and what it has to tell beside its figures. For the one thread that measures. */
public final class Run {

    private final boolean small;
    private final Map<String, String> versions = new LinkedHashMap<>();
    private final List<String> leftOut = new ArrayList<>();

    /** @param small whether it is to be over in a few seconds: it is tried out then, and its figures mean nothing */
    public Run(boolean small) {
        this.small = small;
    }

    public boolean isSmall() {
        return small;
    }

    /** The first number, or the second when all is only tried out. */
    public int size(int full, int small) {
        return this.small ? small : full;
    }

    /** How it goes, a line for whoever waits. */
    public void say(String text, Object... values) {
        System.out.println("  " + String.format(Locale.ROOT, text, values));
    }

    /** Which version of a peer, or of something else that counts, the figures are of. */
    public void version(String of, String version) {
        versions.put(of, version);
    }

    /** A part cannot be measured here: it is said aloud, and beneath the table. */
    public void leaveOut(String what, String needs) {
        String line = what + " needs " + needs;
        leftOut.add(line);
        System.out.println("matview: NOT RUN: " + line);
    }

    Map<String, String> versions() {
        return versions;
    }

    List<String> leftOut() {
        return leftOut;
    }
}
