package dev.matview.couch;

import dev.matview.couch.harness.TestCouch;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract, with every later visit following {@code _db_updates}. Without those it would be the same as the other. */
@EnabledIf(value = "follows", disabledReason = "this server has no _db_updates to be followed")
class CouchAggregatorFollowingContractTest extends CouchAggregatorContractTest {

    static boolean follows() {
        return TestCouch.get().capabilities().dbUpdates();
    }

    @Override
    CouchAggregator.Builder configure(CouchAggregator.Builder builder) {
        return builder.sweepAlwaysUpTo(0);
    }
}
