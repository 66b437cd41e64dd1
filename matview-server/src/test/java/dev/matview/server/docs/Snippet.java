package dev.matview.server.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fenced block of a Markdown page.
 *
 * @param page the page's path below the root of the project
 * @param line the line of the opening fence, from 1
 * @param language what the fence says; empty where it says nothing
 * @param text what is between the fences
 * @param notRun why it is not run here
 * @param runBy the simple name of the test class that runs it instead
 */
record Snippet(String page, int line, String language, String text, Optional<String> notRun, Optional<String> runBy) {

    private static final Pattern FENCE = Pattern.compile("^(`{3,})\\s*(\\S*).*$");
    private static final Pattern MARKER = Pattern.compile("^<!--\\s*(not run|run by):\\s*(.*?)\\s*-->$");

    /** Whether it is to be run here. */
    boolean isRun() {
        return notRun.isEmpty() && runBy.isEmpty();
    }

    @Override
    public String toString() {
        return page + ":" + line + " " + language;
    }

    /** The blocks of a page, in order. */
    static List<Snippet> of(String page, String markdown) {
        List<String> lines = markdown.lines().toList();
        List<Snippet> snippets = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (!fence.matches()) {
                continue;
            }
            int end = i + 1;
            while (end < lines.size() && !lines.get(end).strip().equals(fence.group(1))) {
                end++;
            }
            if (end == lines.size()) {
                throw new AssertionError(page + ":" + (i + 1) + ": the fence is not closed");
            }
            String text = String.join("\n", lines.subList(i + 1, end)) + "\n";
            String before = i == 0 ? "" : lines.get(i - 1).strip();
            snippets.add(new Snippet(
                    page, i + 1, fence.group(2), text, marked(before, "not run"), marked(before, "run by")));
            i = end;
        }
        return snippets;
    }

    private static Optional<String> marked(String line, String kind) {
        Matcher marker = MARKER.matcher(line);
        return marker.matches() && marker.group(1).equals(kind) ? Optional.of(marker.group(2)) : Optional.empty();
    }
}
