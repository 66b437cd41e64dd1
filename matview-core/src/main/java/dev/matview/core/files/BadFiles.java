package dev.matview.core.files;

import dev.matview.core.spi.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which files are bad, so that they are not read again until they change. Keeps the last ones used, up to a
 * fixed number; a file that is forgotten is read again. Thread-safe.
 */
final class BadFiles {

    static final int MAX = 10_000;

    private record BadFile(Position position, BadLineException cause) {}

    private final Map<String, BadFile> byDatabase = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, BadFile> eldest) {
            return size() > MAX;
        }
    };

    synchronized void put(String database, Position position, BadLineException cause) {
        byDatabase.put(database, new BadFile(position, cause));
    }

    /** Why the file is bad in this state; null when that is not known of it. */
    synchronized @Nullable BadLineException get(String database, Position position) {
        BadFile known = byDatabase.get(database);
        return known != null && known.position().equals(position) ? known.cause() : null;
    }

    synchronized void remove(String database) {
        byDatabase.remove(database);
    }
}
