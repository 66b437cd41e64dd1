package dev.matview.core.files;

import dev.matview.core.internal.files.FileStamp;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.VisitReport;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads files that moved, and reports what is in them now: to those who hold a file as it is remembered, what differs from
 * that. Has one thread.
 */
final class FileReading {

    /** How often a file is read that changes under the reader's hands. */
    private static final int ATTEMPTS = 3;

    private final JsonLinesParser parser = new JsonLinesParser();
    private final JsonLinesListing listing;
    private final FileMemory memory;
    private final VisitReport report;
    private final BooleanSupplier stopped;

    FileReading(JsonLinesListing listing, FileMemory memory, VisitReport report, BooleanSupplier stopped) {
        this.listing = listing;
        this.memory = memory;
        this.report = report;
        this.stopped = stopped;
    }

    /** @param demands those that do not hold the file's position */
    void read(String database, List<Demand> demands) {
        List<Demand> wanting = read(database, demands, remembered(database, demands));
        if (!wanting.isEmpty()) {
            read(database, wanting, null);
        }
    }

    /** What is remembered of the file as somebody holds it; null for nothing. */
    private @Nullable FileLines remembered(String database, List<Demand> demands) {
        Set<Position> held = new HashSet<>();
        VisitReport.byHeld(database, demands).forEach((position, holding) -> held.add(position));
        return memory.lines().get(database, held);
    }

    /** @return those for whom the lines that differ are not enough */
    private List<Demand> read(String database, List<Demand> demands, @Nullable FileLines before) {
        try {
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                Optional<List<Demand>> wanting = readOnce(database, demands, before);
                if (wanting.isPresent() || stopped.getAsBoolean()) {
                    return wanting.orElse(List.of());
                }
            }
            fail(database, demands, "keeps changing while it is read", null);
        } catch (NoSuchFileException e) {
            report.vanished(database, demands);
        } catch (IOException e) {
            fail(database, demands, "cannot be read: " + e.getMessage(), e);
        } catch (InvalidPathException e) {
            report.failed(
                    database,
                    demands,
                    new IOException("the encoding of file names does not fit this system's: " + e.getMessage(), e));
        }
        return List.of();
    }

    private void fail(String database, List<Demand> demands, String what, @Nullable Exception cause) {
        report.failed(database, demands, new IOException(listing.file(database) + " " + what, cause));
    }

    /** Reads the file and reports it; nothing when it changed meanwhile, and nothing is reported. */
    private Optional<List<Demand>> readOnce(String database, List<Demand> demands, @Nullable FileLines before)
            throws IOException {
        Path path = listing.file(database);
        Instant now = Instant.now();
        FileStamp stamp = FileStamp.of(path);
        if (stamp == null) {
            throw new NoSuchFileException(path.toString());
        }
        LineComparison lines = new LineComparison(
                report, database, demands, before, memory.lines().maxBytes());
        BadLineException bad = null;
        try {
            parser.read(path, stamp.size(), lines, stopped);
        } catch (BadLineException e) {
            bad = e;
        }
        if (stopped.getAsBoolean() || !stamp.equals(FileStamp.of(path))) {
            return Optional.empty();
        }
        Position position = stamp.position(now);
        if (bad != null) {
            memory.bad().put(database, position, bad);
            report.failed(database, demands, bad);
            return Optional.of(List.of());
        }
        memory.bad().remove(database);
        // Who holds a fresh position may hold what was there a moment before: what differs from this is not enough
        // then.
        lines.lines(position)
                .filter(all -> !stamp.isFresh(now))
                .ifPresentOrElse(
                        all -> memory.lines().put(database, all),
                        () -> memory.lines().remove(database));
        return Optional.of(lines.report(position));
    }
}
