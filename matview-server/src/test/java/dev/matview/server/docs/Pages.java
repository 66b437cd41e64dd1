package dev.matview.server.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** README and the pages in {@code docs}. */
final class Pages {

    /** The root of the project; tests run in the module's directory. */
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private Pages() {}

    private static List<Path> all() {
        Path docs = ROOT.resolve("docs");
        try (Stream<Path> more = Files.isDirectory(docs) ? Files.walk(docs) : Stream.empty()) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            more.filter(file -> file.toString().endsWith(".md")).sorted())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that the pages say. */
    static List<String> texts() {
        return all().stream().map(Pages::read).toList();
    }

    static List<Snippet> snippets() {
        return all().stream()
                .flatMap(page -> Snippet.of(ROOT.relativize(page).toString(), read(page)).stream())
                .toList();
    }

    /** The blocks of a language that are to be run here. */
    static List<Snippet> toRun(String language) {
        return snippets().stream()
                .filter(snippet -> snippet.isRun() && snippet.language().equals(language))
                .toList();
    }

    /** A block, and the one right after it on its page if that is of the kind; else null. */
    static Snippet after(Snippet snippet, Predicate<Snippet> kind) {
        List<Snippet> all = snippets();
        int next = IntStream.range(0, all.size())
                        .filter(i -> all.get(i).equals(snippet))
                        .findFirst()
                        .orElseThrow()
                + 1;
        boolean follows = next < all.size() && all.get(next).page().equals(snippet.page());
        return follows && kind.test(all.get(next)) ? all.get(next) : null;
    }

    private static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
