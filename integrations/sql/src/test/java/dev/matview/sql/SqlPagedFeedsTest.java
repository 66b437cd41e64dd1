package dev.matview.sql;

import dev.matview.core.spi.PagedViewStore;
import dev.matview.sql.harness.NeedsPostgres;
import dev.matview.sql.harness.TestPostgres;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.paged.PagedFeedsContract;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterProperty;

@Tag("slow")
@NeedsPostgres
class SqlPagedFeedsTest extends PagedFeedsContract {

    private final List<String> schemas = new ArrayList<>();

    @Override
    protected PagedViewStore open(ManualScheduler clock) {
        String schema = TestPostgres.newSchema();
        schemas.add(schema);
        return SqlViewStore.builder(TestPostgres.url(schema))
                .connections(3)
                .scheduler(clock)
                .build();
    }

    @AfterProperty
    void drop() throws SQLException {
        for (String schema : schemas) {
            TestPostgres.drop(schema);
        }
    }
}
