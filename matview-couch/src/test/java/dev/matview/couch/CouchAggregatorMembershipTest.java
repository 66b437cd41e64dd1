package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.spi.AggregationException;
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
    void whileTheClusterDoesNotAnswerNothingIsTakenForASingleNode() throws InterruptedException {
        proxy.on("/_membership", BUSY);

        assertThatThrownBy(() -> feed.visit(aggregator))
                .isInstanceOf(AggregationException.class)
                .hasMessageContaining("503");

        proxy.heal();
        feed.visit(aggregator);
        assertThat(feed.moved).hasSize(3);
    }

    @Test
    void anAnswerThatIsLateIsAskedForAgain() throws InterruptedException {
        proxy.on("/_membership", BUSY, 1);

        feed.visit(aggregator);

        assertThat(feed.moved).hasSize(3);
    }

    @Test
    void aServerThatKnowsNoMembersIsASingleNode() throws InterruptedException {
        proxy.on("/_membership", Fault.status(404, "{\"error\":\"not_found\"}"));

        feed.visit(aggregator);

        assertThat(feed.moved).hasSize(3);
    }
}
