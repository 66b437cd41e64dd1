package dev.matview.examples.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EmbedTest {

    @Test
    void theProgramShowsTheFeedFollowItsUsers() throws InterruptedException {
        assertThat(outputOfMain().lines())
                .containsExactly(
                        "Everybody's posts, newest first (3 posts of 3 users):",
                        row("Bob", "Bread is in the oven", "2026-01-11T06:30:00Z"),
                        row("Alice", "The lake is frozen", "2026-01-10T08:00:00Z"),
                        row("Carol", "Off to the hills", "2026-01-09T17:15:00Z"),
                        "Bob edited, Carol wrote again, Alice deleted (3 posts of 3 users):",
                        row("Carol", "Home again", "2026-01-12T19:00:00Z"),
                        row("Bob", "Bread is on the table", "2026-01-11T07:10:00Z"),
                        row("Carol", "Off to the hills", "2026-01-09T17:15:00Z"),
                        "Carol's newest (3 posts of 3 users):",
                        row("Carol", "Home again", "2026-01-12T19:00:00Z"));
    }

    private static String outputOfMain() throws InterruptedException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream stdout = System.out;
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            Embed.main(new String[0]);
        } finally {
            System.setOut(stdout);
        }
        return output.toString(StandardCharsets.UTF_8);
    }

    private static String row(String author, String content, String createdAt) {
        return "  {\"author\":\"%s\",\"content\":\"%s\",\"createdAt\":\"%s\"}".formatted(author, content, createdAt);
    }
}
