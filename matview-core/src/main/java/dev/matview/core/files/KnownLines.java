package dev.matview.core.files;

import dev.matview.core.spi.Position;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which lines files had, so that of a file that changed the lines that differ can be told. Keeps those of the files
 * used last, up to a fixed number of bytes; a file that is forgotten is told whole when it changes. Thread-safe.
 */
final class KnownLines {

    /** About 400,000 lines; fewer in a small heap. */
    private static final long MAX_BYTES =
            Math.min(32L << 20, Runtime.getRuntime().maxMemory() / 32);

    private final long maxBytes;
    private final Map<String, FileLines> byDatabase = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    KnownLines() {
        this(MAX_BYTES);
    }

    KnownLines(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** How many bytes all may take, and so those of one file. */
    long maxBytes() {
        return maxBytes;
    }

    /** The lines that the file had at one of these positions; null when they are not known. */
    synchronized @Nullable FileLines get(String database, Iterable<Position> positions) {
        FileLines known = byDatabase.get(database);
        for (Position position : positions) {
            if (known != null && known.position().equals(position)) {
                return known;
            }
        }
        return null;
    }

    synchronized void put(String database, FileLines lines) {
        remove(database);
        byDatabase.put(database, lines);
        bytes += lines.bytes();
        Iterator<FileLines> eldest = byDatabase.values().iterator();
        while (bytes > maxBytes) {
            bytes -= eldest.next().bytes();
            eldest.remove();
        }
    }

    synchronized void remove(String database) {
        FileLines known = byDatabase.remove(database);
        if (known != null) {
            bytes -= known.bytes();
        }
    }
}
