package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whether a cluster has replicas is asked before it is believed: what one of several says may be old. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAggregatorMembershipTest extends FollowingFixture {

    private static final Fault BUSY = Fault.status(503, "{\"error\":\"busy\"}");

    @Test
    void whileThatIsNotKnownWhatOneNodeSaysIsNotTakenForTheTruth() throws InterruptedException {
        proxy.on("/_membership", BUSY);

        feed.visit(aggregator);

        assertThat(feed.moved).hasSize(3);
        assertThat(feed.checkpoint).isNull();
        assertThat(feed.slices.values())
                .as("each is where the answer said that was read, not where another said")
                .allSatisfy(slice -> assertThat(slice.position().updateSeq()).contains(" "));

        int asked = proxy.count("/_membership");
        feed.visit(aggregator);
        assertThat(proxy.count("/_membership")).as("it is asked again").isGreaterThan(asked);
    }

    @Test
    void aServerThatKnowsNoMembersIsASingleNode() throws InterruptedException {
        proxy.on("/_membership", Fault.status(404, "{\"error\":\"not_found\"}"));

        feed.visit(aggregator);

        assertThat(feed.moved).hasSize(3);
    }
}
