package dev.matview.core.registry;

import static dev.matview.core.registry.FeedDefinitionReaderTest.feed;
import static dev.matview.core.registry.FeedDefinitionReaderTest.json;
import static dev.matview.core.registry.FeedDefinitionReaderTest.seed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.Refresh;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeedDefinitionWriterTest {

    private final FeedDefinitionReader reader = FeedDefinitionReader.of("test");

    @Test
    void theSeedsRegistryIsWrittenAsItWasRead() throws IOException {
        assertThat(FeedDefinitionWriter.writeAll(reader.readAll(seed()).feeds()))
                .isEqualTo(new JsonMapper().readTree(seed()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'databases': ['team-*', 'userdb-*']}",
                "{'access': 'acl'}",
                "{'expand': ['author', 'venue']}",
                "{'indexes': [['author.did'], ['tag', {'likes': 'desc'}]]}",
                "{'refresh': 'continuous'}",
                "{'refresh': {'mode': 'continuous', 'minInterval': '2s'}}",
                "{'query': {'selector': {'n': {'$gt': 1.5}}, 'sort': ['a', {'b': 'desc'}], 'limit': 7}}"
            })
    void aFeedIsWrittenAsItWasRead(String keys) {
        FeedDefinition definition =
                reader.read(List.of(json(feed(keys)))).feeds().get(0);

        assertThat(FeedDefinitionWriter.write(definition)).isEqualTo(json(feed(keys)));
    }

    @ParameterizedTest
    @CsvSource({"PT30S,30s", "PT90S,90s", "PT300S,5m", "PT60M,1h", "PT24H,1d", "PT1.5S,PT1.5S"})
    void anIntervalIsWrittenInTheLargestUnitThatFits(Duration interval, String text) {
        FeedDefinition definition =
                FeedDefinition.builder("posts").interval(interval).build();

        assertThat(FeedDefinitionWriter.write(definition)
                        .path("aggregationInterval")
                        .textValue())
                .isEqualTo(text);
    }

    @Test
    void theLeastTimeBetweenRefreshesIsNotWrittenForAFeedThatIsNotContinuous() {
        Refresh refresh = new Refresh(Duration.ofMinutes(1), false, Duration.ofSeconds(9));
        FeedDefinition definition =
                FeedDefinition.builder("posts").refresh(refresh).build();

        assertThat(FeedDefinitionWriter.write(definition).has("refresh")).isFalse();
    }
}
