package dev.matview.couch;

/** The contract, with every later visit following {@code _db_updates}, where the server has that. */
class CouchAggregatorFollowingContractTest extends CouchAggregatorContractTest {

    @Override
    CouchAggregator.Builder configure(CouchAggregator.Builder builder) {
        return builder.sweepAlwaysUpTo(0);
    }
}
