package dev.matview.sql;

import static org.awaitility.Awaitility.await;

import dev.matview.core.spi.PagedViewStore;
import dev.matview.sql.harness.NeedsPostgres;
import dev.matview.sql.harness.TestPostgres;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.paged.PagedViewStoreContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

@NeedsPostgres
class SqlPagedStoreContractTest extends PagedViewStoreContract {

    private final String schema = TestPostgres.newSchema();
    private final ManualScheduler clock = new ManualScheduler();

    @Override
    protected PagedViewStore open() {
        return SqlViewStore.builder(TestPostgres.url(schema))
                .connections(3)
                .scheduler(clock)
                .build();
    }

    /** The clock that says how old a generation is is PostgreSQL's; the one that says when to look is the store's. */
    @Override
    protected boolean pass(Duration time) throws SQLException {
        try (Connection connection = TestPostgres.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("update " + schema + ".generations set replaced_at = replaced_at - interval '"
                    + time.toMillis() + " ms'");
        }
        clock.advance(time);
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            clock.advance(Duration.ofHours(2));
            try (Connection connection = TestPostgres.connect();
                    Statement statement = connection.createStatement();
                    var old = statement.executeQuery("select 1 from " + schema + ".generations where replaced_at"
                            + " < clock_timestamp() - (select keep from " + schema + ".store)")) {
                return !old.next();
            }
        });
        return true;
    }

    @Override
    protected void clean() throws SQLException {
        clock.close();
        TestPostgres.drop(schema);
    }
}
