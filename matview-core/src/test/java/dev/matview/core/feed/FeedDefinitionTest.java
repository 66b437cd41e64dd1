package dev.matview.core.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.matview.core.access.Access;
import dev.matview.core.access.DatabasePattern;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.MangoException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FeedDefinitionTest {

    @Test
    void whatIsNotSetHasItsDefault() {
        FeedDefinition feed = FeedDefinition.builder("posts").build();

        assertThat(feed.collection()).isEqualTo("posts");
        assertThat(feed.viewName()).isEqualTo("_global_posts");
        assertThat(feed.selector().matches(Json.parse("{\"_id\": \"a\"}"))).isTrue();
        assertThat(feed.fields().isAll()).isTrue();
        assertThat(feed.sort().isNone()).isTrue();
        assertThat(feed.limit()).isEmpty();
        assertThat(feed.databases()).containsExactly(DatabasePattern.of("userdb-*"));
        assertThat(feed.refresh()).isEqualTo(Refresh.every(Duration.ofMinutes(5)));
        assertThat(feed.access()).isEqualTo(Access.PUBLIC);
        assertThat(feed.expand()).isEmpty();
        assertThat(feed.indexes()).isEmpty();
    }

    /** Rows are served to whoever has the fingerprint that they were made by: no other hand may say what that is. */
    @Test
    void thereIsOneKindOfDefinition() {
        assertThat(FeedDefinition.class.getPermittedSubclasses()).containsExactly(DefinedFeed.class);
    }

    @Test
    void aContinuousFeedMaySayHowOftenItIsRefreshedAtMost() {
        Duration hour = Duration.ofHours(1);

        assertThat(Refresh.continuous(hour, Duration.ofSeconds(5)))
                .isEqualTo(new Refresh(hour, true, Duration.ofSeconds(5)));
        assertThat(Refresh.continuous(hour)).isEqualTo(Refresh.continuous(hour, Refresh.DEFAULT_MIN_INTERVAL));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Refresh.continuous(hour, Duration.ofMillis(999)))
                .withMessageContaining("minInterval");
    }

    @Test
    void aFeedCoversTheDatabasesThatMatchAnyOfItsPatterns() {
        FeedDefinition feed =
                FeedDefinition.builder("posts").databases("userdb-*", "team").build();

        assertThat(feed.covers("userdb-alice")).isTrue();
        assertThat(feed.covers("team")).isTrue();
        assertThat(feed.covers("team-2")).isFalse();
    }

    static Stream<Named<UnaryOperator<FeedDefinition.Builder>>> changesOfRows() {
        return Stream.of(
                change("selector", feed -> feed.selector("{\"type\": \"event\"}")),
                change("fields", feed -> feed.fields("_id", "title")),
                change("order of fields", feed -> feed.fields("content", "_id")),
                change("sort", feed -> feed.sort("[{\"createdAt\": \"asc\"}]")),
                change("limit", feed -> feed.limit(11)),
                change("databases", feed -> feed.databases("team-*")),
                change("access", feed -> feed.access(Access.ACL)),
                change("expand", feed -> feed.expand(List.of("author", "venue"))));
    }

    @ParameterizedTest
    @MethodSource("changesOfRows")
    void whatDecidesTheRowsIsInTheFingerprint(UnaryOperator<FeedDefinition.Builder> change) {
        assertThat(change.apply(feed()).build().fingerprint())
                .isNotEqualTo(feed().build().fingerprint());
    }

    static Stream<Named<UnaryOperator<FeedDefinition.Builder>>> otherChanges() {
        return Stream.of(
                change("nothing", feed -> feed),
                change("interval", feed -> feed.interval(Duration.ofHours(1))),
                change("continuous refresh", feed -> feed.refresh(Refresh.continuous(Duration.ofMinutes(5)))),
                change("indexes", feed -> feed.indexes("[[\"_id\"]]")),
                change("view name", feed -> feed.viewName("_global_other")));
    }

    @ParameterizedTest
    @MethodSource("otherChanges")
    void whatDoesNotDecideTheRowsIsNotInTheFingerprint(UnaryOperator<FeedDefinition.Builder> change) {
        assertThat(change.apply(feed()).build().fingerprint())
                .isEqualTo(feed().build().fingerprint());
    }

    /** A fingerprint that changes with a new version makes every stored view be rebuilt: do that on purpose only. */
    @Test
    void theFingerprintOfAStoredViewHoldsForLaterVersions() {
        assertThat(feed().build().fingerprint())
                .isEqualTo("bdd31666b2884cb4da7ef75827d1b9094a2fa5b5f8f036579377bc3d5c81f59b");
    }

    static Stream<Named<UnaryOperator<FeedDefinition.Builder>>> mistakes() {
        return Stream.of(
                change("blank view name", feed -> feed.viewName(" ")),
                change("limit of zero", feed -> feed.limit(0)),
                change("no pattern", FeedDefinition.Builder::databases),
                change("empty pattern", feed -> feed.databases("")),
                change("double star", feed -> feed.databases("userdb-**")),
                change("interval of zero", feed -> feed.interval(Duration.ZERO)),
                change("negative interval", feed -> feed.interval(Duration.ofSeconds(-1))),
                change(
                        "nine indexes",
                        feed -> feed.indexes(
                                "[[\"a\"],[\"b\"],[\"c\"],[\"d\"],[\"e\"],[\"f\"],[\"g\"],[\"h\"],[\"i\"]]")),
                change("an index of nothing", feed -> feed.indexes("[[]]")),
                change("indexes that are no list", feed -> feed.indexes("{}")),
                change("selector that is not JSON", feed -> feed.selector("{")),
                change("sort that is not JSON", feed -> feed.sort("[")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsRefusedWhereItIsMade(UnaryOperator<FeedDefinition.Builder> mistake) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mistake.apply(feed()))
                .withMessageMatching(".+");
    }

    @Test
    void anIndexIsOverWhatRowsShow() {
        FeedDefinition.Builder feed = FeedDefinition.builder("posts").fields("_id", "author", "c.d");

        assertThat(feed.indexes("[[\"author.did\", \"c.d\"], [{\"_id\": \"desc\"}]]")
                        .build()
                        .indexes())
                .hasSize(2);
        for (String hidden : List.of("secret", "c", "authors")) {
            feed.indexes("[[\"author\", \"" + hidden + "\"]]");
            assertThatIllegalArgumentException().isThrownBy(feed::build).withMessageContaining(hidden);
        }
    }

    @Test
    void aBlankCollectionIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeedDefinition.builder(" "))
                .withMessageContaining("collection");
    }

    @Test
    void whatCouchDbRefusesIsRefused() {
        assertThatExceptionOfType(MangoException.class).isThrownBy(() -> feed().selector("{\"a\": {\"$nope\": 1}}"));
        assertThatExceptionOfType(MangoException.class).isThrownBy(() -> feed().sort("[{\"a\": \"up\"}]"));
    }

    private static FeedDefinition.Builder feed() {
        return FeedDefinition.builder("posts")
                .selector("{\"type\": \"post\"}")
                .fields("_id", "content")
                .sort("[{\"createdAt\": \"desc\"}]")
                .limit(10)
                .expand(List.of("author"));
    }

    private static Named<UnaryOperator<FeedDefinition.Builder>> change(
            String name, UnaryOperator<FeedDefinition.Builder> change) {
        return Named.of(name, change);
    }
}
