package dev.matview.core.files;

import dev.matview.core.spi.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which lines a file had at a position, by what they hash to, and the ids of their documents: so that another state of the
 * file can be told from this one. Immutable.
 */
final class FileLines {

    /** What a line takes beside the characters of its id: two halves of a digest, a reference, a string and its array. */
    private static final int LINE_BYTES = 72;

    private static final int OBJECT_BYTES = 200;

    /** The beginning of a line's SHA-256: two lines that somebody might make do not have one in common. */
    record Digest(long high, long low) {}

    private final Position position;
    private final String[] ids;
    /** Two for each id. */
    private final long[] digests;

    private FileLines(Position position, String[] ids, long[] digests) {
        this.position = position;
        this.ids = ids;
        this.digests = digests;
    }

    Position position() {
        return position;
    }

    String id(int line) {
        return ids[line];
    }

    int count() {
        return ids.length;
    }

    /** The numbers of the lines, by their digests. */
    Map<Digest, Integer> byDigest() {
        Map<Digest, Integer> numbers = new HashMap<>(2 * ids.length);
        for (int i = 0; i < ids.length; i++) {
            numbers.put(new Digest(digests[2 * i], digests[2 * i + 1]), i);
        }
        return numbers;
    }

    /** How much memory it takes, about. */
    long bytes() {
        long bytes = OBJECT_BYTES;
        for (String id : ids) {
            bytes += LINE_BYTES + 2L * id.length();
        }
        return bytes;
    }

    /** Takes lines as they are read. For one thread. */
    static final class Builder {
        private final List<String> ids = new ArrayList<>();
        private long[] digests = new long[64];

        void add(String id, Digest digest) {
            int at = 2 * ids.size();
            if (at == digests.length) {
                digests = Arrays.copyOf(digests, 2 * at);
            }
            digests[at] = digest.high();
            digests[at + 1] = digest.low();
            ids.add(id);
        }

        FileLines build(Position position) {
            return new FileLines(position, ids.toArray(new String[0]), Arrays.copyOf(digests, 2 * ids.size()));
        }
    }
}
