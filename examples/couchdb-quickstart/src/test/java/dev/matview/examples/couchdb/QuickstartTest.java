package dev.matview.examples.couchdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("couchdb")
@Needs(Tool.COUCHDB)
class QuickstartTest {

    private final TestCouch couch = TestCouch.get();
    private final TestDatabases databases = couch.databases();

    @AfterEach
    void drop() {
        couch.raw().names("matview-" + databases.prefix()).forEach(couch.raw()::drop);
        databases.close();
    }

    @Test
    void theProgramShowsTheFeedFollowItsUsers() throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream stdout = System.out;
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            Quickstart.run(couch.url().toString(), couch.user(), couch.password(), databases.prefix());
        } finally {
            System.setOut(stdout);
        }

        assertThat(output.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "Everybody's posts, newest first (generation 1):",
                        "  {\"content\":\"Bread is in the oven\",\"createdAt\":\"2026-01-11T06:30:00Z\"}",
                        "  {\"content\":\"The lake is frozen\",\"createdAt\":\"2026-01-10T08:00:00Z\"}",
                        "  {\"content\":\"Off to the hills\",\"createdAt\":\"2026-01-09T17:15:00Z\"}",
                        "Bob wrote again, and the feed followed (generation 2):",
                        "  {\"content\":\"Bread is on the table\",\"createdAt\":\"2026-01-12T07:10:00Z\"}",
                        "  {\"content\":\"Bread is in the oven\",\"createdAt\":\"2026-01-11T06:30:00Z\"}",
                        "  {\"content\":\"The lake is frozen\",\"createdAt\":\"2026-01-10T08:00:00Z\"}",
                        "  {\"content\":\"Off to the hills\",\"createdAt\":\"2026-01-09T17:15:00Z\"}",
                        "new: [{\"content\":\"Bread is on the table\",\"createdAt\":\"2026-01-12T07:10:00Z\"}]");
    }
}
