package dev.matview.core.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.internal.files.FileStamp;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.SliceMaker;
import dev.matview.core.spi.VisitReport;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
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

    /** How often a file is read that changes under the reader's hands. */
    private static final int ATTEMPTS = 3;

    private final JsonLinesListing listing;
    private final BadFiles badFiles;
    private final VisitReport report;
    private final BooleanSupplier closed;
    private final List<Moved> moved = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final Phaser reading = new Phaser(1);
    private volatile boolean stopped;

    FileVisit(JsonLinesListing listing, BadFiles badFiles, VisitReport report, BooleanSupplier closed) {
        this.listing = listing;
        this.badFiles = badFiles;
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
        BadLineException known = position == null ? null : badFiles.get(database, position);
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
            JsonLinesParser parser = new JsonLinesParser();
            for (int i = next.getAndIncrement(); i < moved.size() && !isStopped(); i = next.getAndIncrement()) {
                read(moved.get(i), parser);
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

    private void read(Moved file, JsonLinesParser parser) {
        try {
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                if (readOnce(file, parser) || isStopped()) {
                    return;
                }
            }
            fail(file, new IOException(listing.file(file.database()) + " keeps changing while it is read"));
        } catch (NoSuchFileException e) {
            report.vanished(file.database(), file.demands());
        } catch (IOException e) {
            fail(file, new IOException(listing.file(file.database()) + " cannot be read: " + e.getMessage(), e));
        } catch (InvalidPathException e) {
            fail(file, new IOException("the encoding of file names does not fit this system's: " + e.getMessage(), e));
        }
    }

    private void fail(Moved file, Exception cause) {
        report.failed(file.database(), file.demands(), cause);
    }

    /** Reads the file and reports it; false when it changed meanwhile, and nothing is reported. */
    private boolean readOnce(Moved file, JsonLinesParser parser) throws IOException {
        Path path = listing.file(file.database());
        Instant now = Instant.now();
        FileStamp before = FileStamp.of(path);
        if (before == null) {
            throw new NoSuchFileException(path.toString());
        }
        SliceMaker slices = report.slices(file.database(), file.demands());
        BadLineException bad = null;
        try {
            parser.read(path, before.size(), new ForSlices(slices), this::isStopped);
        } catch (BadLineException e) {
            bad = e;
        }
        if (isStopped() || !before.equals(FileStamp.of(path))) {
            return false;
        }
        Position position = before.position(now);
        if (bad != null) {
            badFiles.put(file.database(), position, bad);
            fail(file, bad);
            return true;
        }
        badFiles.remove(file.database());
        slices.report(position);
        return true;
    }

    private record ForSlices(SliceMaker slices) implements JsonLinesParser.Documents {

        @Override
        public void document(ObjectNode document) {
            slices.add(document);
        }

        @Override
        public void unreadable(String id, Reason reason) {
            slices.leaveOut(id, reason);
        }
    }
}
