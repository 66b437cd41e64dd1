package dev.matview.core.files;

import dev.matview.core.spi.JsonMembers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps the files of a directory, each written aside and renamed. Their times are in the past and go up by a second with
 * each write: no position depends on when the test runs.
 */
final class JsonLinesWriter {

    private final Path directory;
    private final Map<String, Map<String, String>> databases = new LinkedHashMap<>();
    private final Set<String> failing = new HashSet<>();
    private Instant time = Instant.parse("2020-01-01T00:00:00.5Z");

    JsonLinesWriter(Path directory) {
        this.directory = directory;
    }

    synchronized void create(String database) throws IOException {
        databases.putIfAbsent(database, new LinkedHashMap<>());
        write(database);
    }

    synchronized void put(String database, List<String> documents) throws IOException {
        Map<String, String> lines = databases.computeIfAbsent(database, name -> new LinkedHashMap<>());
        for (String document : documents) {
            byte[] text = document.getBytes(StandardCharsets.UTF_8);
            lines.put(JsonMembers.of(text, 0, text.length).string("_id"), document);
        }
        write(database);
    }

    synchronized void delete(String database, String id) throws IOException {
        databases.get(database).remove(id);
        write(database);
    }

    synchronized void drop(String database) throws IOException {
        databases.remove(database);
        Files.delete(directory.resolve(database + ".jsonl"));
    }

    synchronized void fail(String database, boolean fails) throws IOException {
        if (fails) {
            failing.add(database);
        } else {
            failing.remove(database);
        }
        write(database);
    }

    private void write(String database) throws IOException {
        List<String> lines = new ArrayList<>(databases.get(database).values());
        if (failing.contains(database)) {
            lines.add("not a document");
        }
        time = time.plusSeconds(1);
        Path aside = directory.resolve(database + ".aside");
        Files.write(aside, lines);
        Files.setLastModifiedTime(aside, FileTime.from(time));
        Files.move(aside, directory.resolve(database + ".jsonl"), StandardCopyOption.ATOMIC_MOVE);
    }
}
