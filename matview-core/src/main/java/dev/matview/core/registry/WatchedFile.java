package dev.matview.core.registry;

import dev.matview.core.feed.FeedRegistry.Problem;
import dev.matview.core.internal.files.FileStamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file that is looked at again and again. What a look costs, when nothing has changed, is one question for the file's
 * attributes. Not thread-safe.
 */
final class WatchedFile {

    static final int MAX_BYTES = 1 << 20;

    private final Path path;
    private final String source;

    private @Nullable FileStamp stamp;
    private boolean settled;
    private @Nullable State state;

    /** @param source what problems call the file */
    WatchedFile(Path path, String source) {
        this.path = path.toAbsolutePath();
        this.source = source;
    }

    /**
     * What was seen: the file's content, or why there is none.
     *
     * @param content empty where there is a problem
     */
    record State(byte[] content, Optional<Problem> problem) {
        private boolean isLike(@Nullable State other) {
            return other != null && Arrays.equals(content, other.content) && problem.equals(other.problem);
        }
    }

    /** What is to be seen now, if it is not what was seen last. */
    Optional<State> look() {
        State seen;
        try {
            FileStamp now = stamp();
            boolean same = now.equals(stamp);
            if (same && settled) {
                return Optional.empty();
            }
            // A write within the clock tick of the last change leaves the stamp as it is, so a new stamp is not
            // trusted before the content was read once more, a poll later.
            settled = same;
            stamp = now;
            seen = read();
        } catch (IOException e) {
            stamp = null;
            seen = unusable(reason(e));
        }
        if (seen.isLike(state)) {
            return Optional.empty();
        }
        state = seen;
        return Optional.of(seen);
    }

    private FileStamp stamp() throws IOException {
        FileStamp found = FileStamp.of(path);
        if (found == null) {
            throw new IOException("it is not a file");
        }
        return found;
    }

    private State read() throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            return content.length > MAX_BYTES
                    ? unusable("is larger than the " + MAX_BYTES + " bytes that a registry may have")
                    : new State(content, Optional.empty());
        }
    }

    private State unusable(String reason) {
        return new State(new byte[0], Optional.of(new Problem(source, null, null, path + " " + reason)));
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "does not exist";
        }
        if (e instanceof AccessDeniedException) {
            return "may not be read by this user";
        }
        return "cannot be read: " + e.getMessage();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
