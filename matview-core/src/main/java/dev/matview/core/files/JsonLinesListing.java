package dev.matview.core.files;

import dev.matview.core.internal.files.FileStamp;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Position;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Says which databases a directory has. */
record JsonLinesListing(Path directory) {

    private static final String SUFFIX = ".jsonl";

    Path file(String database) {
        return directory.resolve(database + SUFFIX);
    }

    /** The file of a database; empty for a name that no file of the directory can have, such as {@code a/../b}. */
    Optional<Path> fileOf(String database) {
        try {
            String fileName = database + SUFFIX;
            Path file = directory.getFileSystem().getPath(fileName);
            boolean plain = !database.isEmpty()
                    && file.getNameCount() == 1
                    && file.toString().equals(fileName);
            return plain ? Optional.of(directory.resolve(file)) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * The databases of these names, with their positions; without one where the file cannot be looked at.
     *
     * @throws AggregationException when the directory cannot be listed
     */
    Map<String, Optional<Position>> list(Predicate<String> names) {
        Map<String, Optional<Position>> found = new TreeMap<>();
        Instant now = Instant.now();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                String fileName = file.getFileName().toString();
                String database = fileName.substring(0, fileName.length() - SUFFIX.length());
                if (!database.isEmpty() && names.test(database)) {
                    add(database, file, now, found);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw new AggregationException(
                    "There is no directory " + directory + ": make it, or name another one for the user databases", e);
        } catch (IOException | DirectoryIteratorException e) {
            throw new AggregationException("The directory " + directory + " cannot be listed: " + e.getMessage(), e);
        }
        return found;
    }

    private static void add(String database, Path file, Instant now, Map<String, Optional<Position>> found) {
        try {
            FileStamp stamp = FileStamp.of(file);
            if (stamp != null) {
                found.put(database, Optional.of(stamp.position(now)));
            }
        } catch (NoSuchFileException e) {
            // Deleted while the directory was listed, or a link to nowhere: no database.
            return;
        } catch (IOException e) {
            // Whoever reads the file meets the reason again, and reports it.
            found.put(database, Optional.empty());
        }
    }
}
