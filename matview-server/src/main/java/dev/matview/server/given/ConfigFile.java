package dev.matview.server.given;

import dev.matview.core.registry.Spelling;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A file of lines {@code name = value}, each name that of an option without its dashes. Empty lines, and those that begin
 * with {@code #}, say nothing. Immutable.
 */
final class ConfigFile {

    private static final int MAX_BYTES = 1 << 20;

    private final Path path;
    private final Map<String, Line> lines;

    private record Line(int number, String value) {}

    private ConfigFile(Path path, Map<String, Line> lines) {
        this.path = path;
        this.lines = Map.copyOf(lines);
    }

    /**
     * @param known the names that there are
     * @throws ConfigFileException when it cannot be read, or has a line that is none or names no option
     */
    static ConfigFile read(Path path, Set<String> known) throws ConfigFileException {
        Map<String, Line> lines = new LinkedHashMap<>();
        int number = 0;
        for (String text : text(path).lines().map(String::strip).toList()) {
            number++;
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            String place = path + ":" + number + ": ";
            int equals = text.indexOf('=');
            String name = text.substring(0, Math.max(0, equals)).strip();
            String value = text.substring(equals + 1).strip();
            if (name.isEmpty() || value.isEmpty()) {
                throw new ConfigFileException(place + "a line is NAME = VALUE, such as port = 5050", false);
            }
            if (!known.contains(name)) {
                throw new ConfigFileException(place + "unknown key '" + name + "'" + meant(name, known), false);
            }
            Line before = lines.put(name, new Line(number, value));
            if (before != null) {
                throw new ConfigFileException(
                        place + name + " has a value in line " + before.number() + " already", false);
            }
        }
        return new ConfigFile(path, lines);
    }

    private static String meant(String name, Set<String> known) {
        return Spelling.nearest(name, known)
                .map(meant -> "; did you mean " + meant + "?")
                .orElse("; keys are options without their dashes, such as port");
    }

    private static String text(Path path) throws ConfigFileException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ConfigFileException("--config " + path + ": is larger than any configuration", true);
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new ConfigFileException("--config " + path + ": there is no such file", true);
        } catch (IOException e) {
            throw new ConfigFileException("--config " + path + ": cannot be read: " + e.getMessage(), true);
        }
    }

    /** The value, if it has one for that name. */
    Optional<String> value(String name) {
        return Optional.ofNullable(lines.get(name)).map(Line::value);
    }

    /** Where it has it, for a message about it. */
    String place(String name) {
        Line line = lines.get(name);
        return name + " (" + path + (line == null ? "" : ":" + line.number()) + ")";
    }
}
