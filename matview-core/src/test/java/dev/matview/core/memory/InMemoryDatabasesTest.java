package dev.matview.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Position;
import dev.matview.testkit.AggregatorContract;
import dev.matview.testkit.SliceReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryDatabasesTest extends AggregatorContract {

    private static final String DATABASE = "userdb-alice";
    private static final FeedDefinition ALL = FeedDefinition.builder("all").build();

    private final InMemoryDatabases databases = new InMemoryDatabases();

    @Override
    protected Aggregator open() {
        return databases;
    }

    @Override
    protected String prefix() {
        return "userdb-";
    }

    @Override
    protected void create(String name) {
        databases.create(db(name));
    }

    @Override
    protected void put(String name, String json) {
        databases.put(db(name), json);
    }

    @Override
    protected void delete(String name, String id) {
        assertThat(databases.delete(db(name), id)).isTrue();
    }

    @Override
    protected void purge(String name, String id) {
        assertThat(databases.purge(db(name), id)).isTrue();
    }

    @Override
    protected void drop(String name) {
        assertThat(databases.drop(db(name))).isTrue();
    }

    @Override
    protected void fail(String name) {
        databases.fail(db(name), new IllegalStateException("made to fail"));
    }

    @Override
    protected void recover(String name) {
        databases.recover(db(name));
    }

    @Override
    protected List<String> oddNames() {
        return List.of("a/b", "a+b", "a$b", "A", "a", "\u65e5\u672c", "a b", "..", "\n", "a%2Fb");
    }

    private Position position() throws InterruptedException {
        SliceReader reader = new SliceReader(databases);
        reader.read(ALL);
        return reader.slices(ALL).get(DATABASE).position();
    }

    @Test
    void everyWriteMovesTheUpdateSequenceAndNothingElse() throws Exception {
        databases.put(DATABASE, post("p1"));
        Position first = position();
        databases.put(DATABASE, post("p1"));
        Position second = position();
        databases.delete(DATABASE, "p1");
        Position third = position();

        assertThat(List.of(first.updateSeq(), second.updateSeq(), third.updateSeq()))
                .doesNotHaveDuplicates();
        assertThat(third).isEqualTo(new Position(third.updateSeq(), first.purgeSeq(), first.instance()));
    }

    @Test
    void aPurgeMovesThePurgeSequenceAndNothingElse() throws Exception {
        databases.put(DATABASE, post("p1"));
        Position before = position();
        databases.purge(DATABASE, "p1");
        Position after = position();

        assertThat(after.purgeSeq()).isNotEqualTo(before.purgeSeq());
        assertThat(after).isEqualTo(new Position(before.updateSeq(), after.purgeSeq(), before.instance()));
    }

    @Test
    void aDatabaseMadeAgainIsAnotherInstance() throws Exception {
        databases.put(DATABASE, post("p1"));
        Position before = position();
        databases.drop(DATABASE);
        databases.put(DATABASE, post("p1"));
        Position after = position();

        assertThat(after.instance()).isNotEqualTo(before.instance());
        assertThat(after.updateSeq()).isEqualTo(before.updateSeq());
    }

    @Test
    void twoRunsHaveNoPositionInCommon() throws Exception {
        databases.put(DATABASE, post("p1"));
        InMemoryDatabases other = new InMemoryDatabases();
        other.put(DATABASE, post("p1"));
        SliceReader reader = new SliceReader(other);
        reader.read(ALL);

        assertThat(reader.slices(ALL).get(DATABASE).position()).isNotEqualTo(position());
    }

    @Test
    void aDocumentIsCopiedWhenItIsPut() throws Exception {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("_id", "p1");
        document.putObject("author").put("name", "alice");
        databases.put(DATABASE, document);
        document.withObject("/author").put("name", "eve");

        SliceReader reader = new SliceReader(databases);
        reader.read(ALL);

        assertThat(new String(reader.rows(ALL).get(0).document(), StandardCharsets.UTF_8))
                .contains("alice")
                .doesNotContain("eve");
        assertThat(document.has("_rev")).isFalse();
    }

    @Test
    void revisionsCountTheWritesOfADocument() {
        String first = databases.put(DATABASE, "{\"_id\":\"p1\",\"n\":1}");
        String second = databases.put(DATABASE, "{\"_id\":\"p1\",\"n\":2,\"_rev\":\"9-stale\"}");

        assertThat(first).matches("1-[0-9a-f]{32}");
        assertThat(second).matches("2-[0-9a-f]{32}");
        assertThat(databases.put(DATABASE, "{\"_id\":\"other\"}")).startsWith("1-");
    }

    @Test
    void aDocumentPutAsDeletedIsDeleted() throws Exception {
        databases.put(DATABASE, post("p1"));
        databases.put(DATABASE, "{\"_id\":\"p1\",\"_deleted\":true,\"type\":\"post\"}");

        SliceReader reader = new SliceReader(databases);
        reader.read(ALL);

        assertThat(reader.rows(ALL)).isEmpty();
    }

    @Test
    void deletingWhatIsNotThereMovesNothing() throws Exception {
        List<String> told = new ArrayList<>();
        databases.put(DATABASE, post("p1"));
        Position before = position();
        databases.watch(told::add);

        assertThat(databases.delete(DATABASE, "p2")).isFalse();
        assertThat(databases.purge(DATABASE, "p2")).isFalse();
        assertThat(databases.delete("userdb-nobody", "p1")).isFalse();
        assertThat(databases.drop("userdb-nobody")).isFalse();
        databases.create(DATABASE);

        assertThat(position()).isEqualTo(before);
        assertThat(databases.databases()).containsExactly(DATABASE);
        assertThat(told).isEmpty();
    }

    @Test
    void everyChangeIsToldAtOnce() {
        List<String> told = new ArrayList<>();
        databases.watch(told::add);
        databases.create("userdb-a");
        databases.put("userdb-b", post("p1"));
        databases.put("userdb-b", post("p2"));
        databases.delete("userdb-b", "p1");
        databases.purge("userdb-b", "p2");
        databases.drop("userdb-a");

        assertThat(told).containsExactly("userdb-a", "userdb-b", "userdb-b", "userdb-b", "userdb-b", "userdb-a");
    }

    @Test
    void theCauseOfAFailureIsHandedOn() throws Exception {
        IllegalStateException cause = new IllegalStateException("made to fail");
        databases.put(DATABASE, post("p1"));
        databases.fail(DATABASE, cause);

        assertThat(new SliceReader(databases).read(ALL).failed).containsEntry(DATABASE, cause);
    }

    @Test
    void aDocumentWithoutAnIdIsRefused() {
        for (String json : List.of("{}", "{\"_id\":1}", "{\"_id\":\"\"}", "[]", "1", "{", "{} {}", "")) {
            assertThatThrownBy(() -> databases.put(DATABASE, json))
                    .as(json)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(DATABASE);
        }
        assertThat(databases.databases()).isEmpty();
    }
}
