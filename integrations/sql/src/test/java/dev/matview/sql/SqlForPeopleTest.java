package dev.matview.sql;

import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.dropping;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.access.Acl;
import dev.matview.core.spi.Row;
import dev.matview.sql.harness.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whoever has an SQL client sees the current generation of each view that everybody may read. */
class SqlForPeopleTest extends SqlFixture {

    private static Row guarded(String id, Acl acl) {
        return new Row("userdb-a", id, new byte[] {1}, "{}".getBytes(StandardCharsets.UTF_8), acl);
    }

    @Test
    void aViewHasAnSqlViewOfItsNameThatShowsTheCurrentGeneration() throws SQLException {
        SqlViewStore store = open();
        store.commit(whole(
                "_global_posts",
                0,
                slice("userdb-a", 1, row("userdb-a", "p", "{\"n\":1}"), row("userdb-a", "q", "{\"n\":2}")),
                slice("userdb-b", 1, row("userdb-b", "p", "{\"n\":3}"))));
        store.commit(delta("_global_posts", 1, put("userdb-a", 2, row("userdb-a", "p", "{\"n\":10}"))));
        store.commit(dropping("_global_posts", 2, Set.of("userdb-b")));

        assertThat(ask("select database || '/' || id || ':' || (document->>'n') from @._global_posts order by key"))
                .containsExactly("userdb-a/p:10", "userdb-a/q:2");
        assertThat(ask("select view || ' ' || sql_view || ' ' || generation || ' ' || rows from @.feeds"))
                .containsExactly("_global_posts _global_posts 3 2");
    }

    @Test
    void itShowsTheViewThatWasBuiltAnewAndIsGoneWithIt() throws SQLException {
        SqlViewStore store = open();
        store.commit(whole("posts", 0, slice("userdb-a", 1, row("userdb-a", "old", "{}"))));
        store.pagedStage("posts", 1, "f")
                .orElseThrow()
                .commit(whole("posts", 1, slice("userdb-a", 1, row("userdb-a", "new", "{}"))));

        assertThat(ask("select id from @.posts")).containsExactly("new");
        store.drop("posts");
        assertThatThrownBy(() -> ask("select id from @.posts")).hasMessageContaining("does not exist");
    }

    @Test
    void whatTextAndJsonbCannotHoldIsNull() throws SQLException {
        SqlViewStore store = open();
        store.commit(whole(
                "posts",
                0,
                slice(
                        "userdb-\ud83d\ude00",
                        1,
                        row("userdb-\ud83d\ude00", "1", "{\"text\":\"nul\\u0000l\"}"),
                        row("userdb-\ud83d\ude00", "2", "{\"text\":\"half \\ud83d\"}"),
                        row("userdb-\ud83d\ude00", "3\u0000", "{\"text\":\"\u00e9\ud83d\ude00\"}"))));

        assertThat(
                        ask(
                                "select coalesce(id, 'none') || ' ' || coalesce(document->>'text', 'none') from @.posts order by key"))
                .containsExactly("1 none", "2 none", "none \u00e9\ud83d\ude00");
        assertThat(ask("select distinct database from @.posts")).containsExactly("userdb-\ud83d\ude00");
    }

    @Test
    void rowsWithAclsAreInNone() throws SQLException {
        SqlViewStore store = open();
        store.commit(whole("private", 0, slice("userdb-a", 1, guarded("p", Acl.OPEN), guarded("q", Acl.OWNER_ONLY))));

        assertThat(ask("select sql_view from @.feeds")).containsOnlyNulls();
        assertThatThrownBy(() -> ask("select * from @.private")).hasMessageContaining("does not exist");
        assertThat(ask("select id from @.current_rows where view = 'private' and acl->'allow' @> '[\"*\"]'"))
                .as("an administrator may look at all rows")
                .containsExactly("p");

        store.commit(whole("private", 1, slice("userdb-a", 1, row("userdb-a", "open", "{}"))));
        assertThat(ask("select id from @.private")).containsExactly("open");
        store.commit(whole("private", 2, slice("userdb-a", 1, guarded("p", Acl.OPEN))));
        assertThatThrownBy(() -> ask("select * from @.private")).hasMessageContaining("does not exist");
    }

    /** Two names never have one SQL view, and none is called as a table. */
    @Test
    void namesThatAreNoIdentifiersAreEscapedAndToldApart() throws SQLException {
        SqlViewStore store = open();
        String[] names = {
            "rows", "Posts", "posts", "po sts", "x".repeat(300), "\u65e5\u672c", "1", "a\"; drop table b; --", ""
        };
        for (String name : names) {
            store.commit(whole(name, 0, slice("userdb-a", 1, row("userdb-a", name, "{}"))));
        }

        for (String name : names) {
            String sqlView = ask("select v.sql_view from @.feeds v where v.view = '" + name.replace("'", "''") + "'")
                    .get(0);
            assertThat(sqlView).matches("[a-z0-9_$]{1,63}");
            assertThat(ask("select id from @.\"" + sqlView + '"')).containsExactly(name);
        }
        assertThat(ask("select sql_view from @.feeds where view = 'posts'")).containsExactly("posts");
        assertThat(ask("select sql_view from @.feeds where view = 'rows'").get(0))
                .startsWith("rows$");
    }

    /** As docs/operations.md has it. */
    @Test
    void aRoleThatMayReadOneSqlViewSeesNothingElse() throws SQLException {
        SqlViewStore store = open();
        store.commit(whole("posts", 0, slice("userdb-a", 1, row("userdb-a", "p", "{\"n\":1}"))));
        store.commit(whole("other", 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        String role = schema + "_reader";
        ask("create role " + role);
        try (Connection connection = TestPostgres.connect();
                Statement statement = connection.createStatement()) {
            ask(statement, "grant usage on schema " + schema + " to " + role);
            ask(statement, "grant select on " + schema + ".posts, " + schema + ".feeds to " + role);
            ask(statement, "set role " + role);

            assertThat(ask(statement, "select document->>'n' from " + schema + ".posts"))
                    .containsExactly("1");
            for (String table : new String[] {"secret", "rows", "views", "other", "current_rows"}) {
                assertThatThrownBy(() -> ask(statement, "select * from " + schema + "." + table))
                        .hasMessageContaining("permission denied");
            }
            assertThatThrownBy(() -> ask(statement, "delete from " + schema + ".posts"))
                    .hasMessageContaining("permission denied");
        } finally {
            ask("drop owned by " + role);
            ask("drop role " + role);
        }
    }
}
