package dev.matview.server.http.page;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All files of the page, by name: those listed here and no others. They lie beside each other under a version, which differs
 * as soon as one of them does: so a browser can keep them for good. Immutable and thread-safe.
 */
final class PageFiles {

    private static final String HTML = "text/html;charset=utf-8";
    private static final String SCRIPT = "text/javascript;charset=utf-8";
    private static final String STYLE = "text/css;charset=utf-8";

    private static final String INDEX = "index.html";
    private static final String PLACE = "{files}";

    /** Our modules and style sheets. */
    private static final List<String> OURS = List.of(
            "api.js",
            "app.js",
            "apply-delta.js",
            "dom.js",
            "feed.js",
            "overview.js",
            "parts.js",
            "plots.js",
            "query.js",
            "refreshes.js",
            "rows.js",
            "signin.js",
            "watch.js",
            "words.js",
            "parts.css",
            "style.css",
            "icon.svg");

    private final Map<String, PageFile> files;
    private final String version;
    private final PageFile index;

    private PageFiles(Map<String, PageFile> files, String version, PageFile index) {
        this.files = files;
        this.version = version;
        this.index = index;
    }

    /** @throws IllegalStateException when one is missing from the program */
    static PageFiles load() {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        OURS.forEach(name -> contents.put(name, WebJar.bytes(name)));
        contents.put("uplot.js", WebJar.read("uplot", "dist/uPlot.esm.js"));
        contents.put("uplot.css", WebJar.read("uplot", "dist/uPlot.min.css"));
        contents.put("normalize.css", WebJar.read("normalize.css", "normalize.css"));
        Map<String, PageFile> files = new LinkedHashMap<>();
        contents.forEach((name, bytes) -> files.put(name, new PageFile(type(name), bytes)));
        String version = PageFile.digest(List.copyOf(contents.values()));
        String html = new String(WebJar.bytes(INDEX), StandardCharsets.UTF_8);
        return new PageFiles(
                files,
                version,
                new PageFile(HTML, html.replace(PLACE, "page/" + version).getBytes(StandardCharsets.UTF_8)));
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".js" -> SCRIPT;
            case ".css" -> STYLE;
            case ".svg" -> "image/svg+xml";
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** What is at {@code /}. It names the version. */
    PageFile index() {
        return index;
    }

    /** The file of that version and name; null when there is none. */
    @Nullable
    PageFile get(@Nullable String version, @Nullable String name) {
        return this.version.equals(version) && name != null ? files.get(name) : null;
    }
}
