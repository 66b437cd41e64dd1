package dev.matview.core.files;

import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.VisitReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One visit of the files, for all demands: first every file's position is compared, by one thread, then the files that
 * moved are read, by any number of threads.
 */
final class FileVisit {

    private final JsonLinesListing listing;
    private final FileMemory memory;
    private final VisitReport report;
    private final BooleanSupplier closed;
    private final List<Moved> moved = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final Phaser reading = new Phaser(1);
    private volatile boolean stopped;

    FileVisit(JsonLinesListing listing, FileMemory memory, VisitReport report, BooleanSupplier closed) {
        this.listing = listing;
        this.memory = memory;
        this.report = report;
        this.closed = closed;
    }

    /** A file and the demands that do not hold its position. */
    private record Moved(String database, List<Demand> demands) {}

    /** @param position null where that is not known before the file is read */
    void compare(String database, @Nullable Position position) {
        List<Demand> behind = report.covering(database);
        if (position != null) {
            behind = report.compare(database, position, behind);
        }
        BadLineException known = position == null ? null : memory.bad().get(database, position);
        if (known != null) {
            report.failed(database, behind, known);
        } else if (!behind.isEmpty()) {
            moved.add(new Moved(database, behind));
        }
    }

    int moved() {
        return moved.size();
    }

    /** Reads files that moved until none is left that nobody else has begun. */
    void readMoved() {
        if (reading.register() < 0) {
            return;
        }
        try {
            FileReading files = new FileReading(listing, memory, report, this::isStopped);
            for (int i = next.getAndIncrement(); i < moved.size() && !isStopped(); i = next.getAndIncrement()) {
                files.read(moved.get(i).database(), moved.get(i).demands());
            }
        } finally {
            reading.arriveAndDeregister();
        }
    }

    private boolean isStopped() {
        return stopped || closed.getAsBoolean();
    }

    /** Keeps further files from being begun, and those under way from being reported. */
    void stop() {
        stopped = true;
    }

    /** Waits until no thread reads any more. */
    void awaitEnd() {
        reading.arriveAndAwaitAdvance();
        reading.forceTermination();
    }
}
