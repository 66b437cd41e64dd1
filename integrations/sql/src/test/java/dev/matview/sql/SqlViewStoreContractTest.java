package dev.matview.sql;

import dev.matview.core.spi.ViewStore;
import dev.matview.sql.harness.NeedsPostgres;
import dev.matview.sql.harness.TestPostgres;
import dev.matview.testkit.ViewStoreContract;
import java.sql.SQLException;

@NeedsPostgres
class SqlViewStoreContractTest extends ViewStoreContract {

    private final String schema = TestPostgres.newSchema();

    @Override
    protected ViewStore open() {
        return SqlViewStore.builder(TestPostgres.url(schema)).connections(3).build();
    }

    @Override
    protected void clean() throws SQLException {
        TestPostgres.drop(schema);
    }

    @Override
    protected int generations() {
        return 60;
    }
}
