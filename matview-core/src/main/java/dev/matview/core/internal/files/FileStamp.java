package dev.matview.core.internal.files;

import dev.matview.core.spi.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What tells one state of a file from another without reading it.
 *
 * @param key names the file itself, so that another one moved to its name differs; empty where the system has none
 */
public record FileStamp(Instant modified, long size, String key) {

    /** More than the step of the clock that kernels stamp files with. */
    private static final Duration FINE_STEP = Duration.ofMillis(20);
    /** More than the step of file systems that keep whole seconds, or only every other one. */
    private static final Duration COARSE_STEP = Duration.ofSeconds(3);

    /** Stamps a file, following links; null when there is something else in its place, such as a directory. */
    public static @Nullable FileStamp of(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            return null;
        }
        Object key = attributes.fileKey();
        return new FileStamp(
                attributes.lastModifiedTime().toInstant(), attributes.size(), key == null ? "" : key.toString());
    }

    /**
     * The position of the file in this state.
     *
     * <p>A file that was stamped right after it was written can be written again without another stamp, since the clock
     * that stamps files moves in steps. Its position is marked, and differs from the one it has when the step is over: it
     * is read once more then.
     *
     * @param now the system's time, not later than when the stamp was taken
     */
    public Position position(Instant now) {
        String time = modified.getEpochSecond() + "." + modified.getNano();
        return new Position(time + "/" + size + (isFresh(now) ? "~" : ""), "0", key);
    }

    /** Whether the file may be another at the position that it has now. */
    public boolean isFresh(Instant now) {
        return modified.isAfter(now.minus(modified.getNano() == 0 ? COARSE_STEP : FINE_STEP));
    }
}
