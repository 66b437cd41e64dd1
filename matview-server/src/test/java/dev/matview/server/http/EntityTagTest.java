package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.Caller;
import dev.matview.core.Query;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntityTagTest {

    @Test
    void theSameQueryOfTheSameGenerationHasTheSameTag() {
        assertThat(tag("g1", Query.all())).isEqualTo(tag("g1", Query.builder().build()));
    }

    @Test
    void whateverChangesTheAnswerChangesTheTag() {
        List<String> tags = new ArrayList<>(List.of(
                tag("g1", Query.all()),
                tag("g2", Query.all()),
                tag("g1", Query.builder().selector("{\"a\":1}").build()),
                tag("g1", Query.builder().limit(5).build()),
                tag("g1", Query.builder().skip(5).build()),
                tag("g1", Query.builder().bookmark("5").build()),
                tag("g1", caller("a", null)),
                tag("g1", caller("b", null)),
                tag("g1", caller(null, "a")),
                tag("g1", caller("a", "b")),
                tag("g1", caller("ab", ""))));
        tags.add(tag("g1", Query.builder().expand(List.of("author")).build()));

        assertThat(tags).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "W/\"a\",true",
                "\"a\",true",
                "*,true",
                "' \"x\" , W/\"a\"',true",
                "W/\"b\",false",
                "a,false",
                "'',false",
                ",false",
            })
    void ifNoneMatchIsComparedWeakly(String header, boolean matches) {
        assertThat(EntityTag.matches(header, "W/\"a\"")).isEqualTo(matches);
    }

    private static Query caller(String did, String database) {
        return Query.builder().caller(new Caller(did, database)).build();
    }

    private static String tag(String generation, Query query) {
        return EntityTag.of(StubPage.of(generation), query);
    }
}
