package dev.matview.examples.benchmarks.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FigureTest {

    @Test
    void theRatioIsThatOfTheMediansAndAsWideAsBothSpreads() {
        Figure figure =
                Figure.of("reads", "a second", Spread.of(8, 10, 12), "peer", Spread.of(4, 5, 6), Aim.ratioAtLeast(2));

        assertThat(figure.ratio()).isEqualTo(new Spread(2, 8 / 6.0, 3, 3));
        assertThat(figure.isMet()).isTrue();
    }

    @Test
    void roundsAreHeldAgainstEachOtherOneByOne() {
        double[] ours = {10, 20, 30};
        double[] theirs = {10, 10, 10};

        Figure figure = Figure.ofRounds("reads", "a second", ours, "peer", theirs, Aim.ratioAtLeast(2.5));

        assertThat(figure.ratio()).isEqualTo(new Spread(2, 1, 3, 3));
        assertThat(figure.isMet()).isFalse();
        assertThat(figure.reached().median()).isEqualTo(2 / 2.5);
    }

    @Test
    void whereLessIsBetterTheAimByTheMeasuredIsHowFarItIsReached() {
        Figure figure = Figure.alone("start", "s", Spread.of(0.6), "nothing", Aim.atMost(0.9));

        assertThat(figure.reached().median()).isEqualTo(0.9 / 0.6);
        assertThat(figure.isMet()).isTrue();
    }

    @Test
    void anAimOfARatioNeedsOne() {
        assertThatThrownBy(() -> Figure.alone("start", "s", Spread.of(1), "nothing", Aim.ratioAtMost(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void numbersHaveThreeDigitsThatCount() {
        assertThat(Numbers.text(1234567)).isEqualTo("1,230,000");
        assertThat(Numbers.text(0.012345)).isEqualTo("0.0123");
        assertThat(Numbers.text(40)).isEqualTo("40");
        assertThat(Numbers.text(Spread.of(1, 2.5, 3))).isEqualTo("2.5 (1 to 3)");
    }
}
