package dev.matview.server.push;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntityTagTest {

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

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {"W/\"1-a.b.c\",1-a.b.c", "\"1-a.b.c\",1-a.b.c", "1-a.b.c,1-a.b.c", "\",\"", "' W/\"\"',''"})
    void aClientMayGiveItBackWithOrWithoutItsMarks(String given, String tag) {
        assertThat(EntityTag.pageTag(given)).isEqualTo(tag);
    }

    @Test
    void noTagIsNoPage() {
        assertThat(EntityTag.pageTag("")).isEmpty();
    }
}
