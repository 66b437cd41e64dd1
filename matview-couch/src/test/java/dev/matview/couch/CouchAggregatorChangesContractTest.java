package dev.matview.couch;

import dev.matview.couch.harness.TellingPositions;

/** The contract, with changed databases brought forward by {@code _changes}, whatever the server is. */
class CouchAggregatorChangesContractTest extends CouchAggregatorContractTest {

    private final TellingPositions positions = new TellingPositions(proxy, COUCH.raw(), databases);

    @Override
    protected boolean tellsChanges() {
        return true;
    }

    @Override
    protected void drop(String name) {
        positions.drop(db(name));
    }

    @Override
    protected void recover(String name) {
        super.recover(name);
        positions.install();
    }
}
