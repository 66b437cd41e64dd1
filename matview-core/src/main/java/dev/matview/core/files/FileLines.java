package dev.matview.core.files;

import dev.matview.core.spi.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
            bytes += bytes(id);
        }
        return bytes;
    }

    private static long bytes(String id) {
        return LINE_BYTES + 2L * id.length();
    }

    /** Takes lines as they are read, as long as they are not too many to be remembered. For one thread. */
    static final class Builder {
        private final long maxBytes;
        private List<String> ids = new ArrayList<>();
        private long[] digests = new long[64];
        private long bytes = OBJECT_BYTES;

        Builder(long maxBytes) {
            this.maxBytes = maxBytes;
        }

        void add(String id, Digest digest) {
            bytes += bytes(id);
            if (bytes > maxBytes) {
                ids = List.of();
                digests = new long[0];
                return;
            }
            int at = 2 * ids.size();
            if (at == digests.length) {
                digests = Arrays.copyOf(digests, 2 * at);
            }
            digests[at] = digest.high();
            digests[at + 1] = digest.low();
            ids.add(id);
        }

        /** Nothing when there were too many. */
        Optional<FileLines> build(Position position) {
            return bytes > maxBytes
                    ? Optional.empty()
                    : Optional.of(new FileLines(
                            position, ids.toArray(new String[0]), Arrays.copyOf(digests, 2 * ids.size())));
        }
    }
}
