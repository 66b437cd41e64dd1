package dev.matview.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/architecture.md names is there, and where it says. */
class ArchitecturePageTest {

    private static final Path PAGE = Pages.ROOT.resolve("docs/architecture.md");

    /** A class, perhaps with a member of it. */
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z]+)(?:\\.([a-zA-Z_]+))?`");

    private static final Pattern ROOM = Pattern.compile("^\\| `(dev\\.matview[a-z.]*)` \\|(.*)$", Pattern.MULTILINE);

    /** Words that look like names of classes. */
    private static final Set<String> OTHERS = Set.of("ETag", "Automatic-Module-Name");

    private final Map<String, List<Path>> sources = sources();

    private static Map<String, List<Path>> sources() {
        try (Stream<Path> files = Files.walk(Pages.ROOT)) {
            Map<String, List<Path>> sources = new HashMap<>();
            files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.toString().contains("/src/"))
                    .forEach(file -> sources.computeIfAbsent(
                                    file.getFileName().toString().replace(".java", ""), name -> new ArrayList<>())
                            .add(file));
            return sources;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyClassAndEveryMemberIsThere() {
        List<String> missing = new ArrayList<>();
        Matcher name = NAME.matcher(text(PAGE));
        int names = 0;
        while (name.find()) {
            if (!OTHERS.contains(name.group(1)) && !isThere(name.group(1), name.group(2))) {
                missing.add(name.group());
            }
            names++;
        }

        assertThat(names).isGreaterThan(200);
        assertThat(missing).isEmpty();
    }

    /** A nested class is a member too. */
    private boolean isThere(String type, String member) {
        Pattern named = member == null ? null : Pattern.compile("\\b" + member + "\\b");
        return sources.getOrDefault(type, List.of()).stream()
                .anyMatch(file -> named == null || named.matcher(text(file)).find());
    }

    @Test
    void everyClassIsInTheRoomThatHasIt() {
        List<String> elsewhere = new ArrayList<>();
        Matcher room = ROOM.matcher(text(PAGE));
        int rooms = 0;
        while (room.find()) {
            String folder = "/" + room.group(1).replace('.', '/') + "/";
            Matcher name = NAME.matcher(room.group(2));
            while (name.find()) {
                String type = name.group(1);
                if (sources.getOrDefault(type, List.of()).stream()
                        .noneMatch(file -> file.toString().endsWith(folder + type + ".java"))) {
                    elsewhere.add(room.group(1) + ": " + type);
                }
            }
            rooms++;
        }

        assertThat(rooms).isGreaterThan(20);
        assertThat(elsewhere).isEmpty();
    }
}
