#!/usr/bin/env escript
%%! +S 1
%% CouchDB's own matcher, without a database: arguments are the directory of a release's lib, the documents, the selectors,
%% rounds and milliseconds of a round. Prints a line for each selector: how many matched, then the documents a second of each round.
main([Lib, Documents, Selectors, Rounds, Millis]) ->
    [code:add_pathz(Path) || Path <- filelib:wildcard(Lib ++ "/*/ebin")],
    without_statistics(),
    {ok, Bytes} = file:read_file(Documents),
    Docs = [jiffy:decode(Line) || Line <- binary:split(Bytes, <<"\n">>, [global, trim_all])],
    {ok, Json} = file:read_file(Selectors),
    [measure(mango_selector:normalize(Selector), Docs, list_to_integer(Rounds), list_to_integer(Millis))
     || Selector <- jiffy:decode(Json)].

measure(Selector, Docs, Rounds, Millis) ->
    rate(Selector, Docs, Millis),
    Rates = [rate(Selector, Docs, Millis) || _ <- lists:seq(1, Rounds)],
    io:format("~b~s~n", [matching(Selector, Docs), [io_lib:format(" ~b", [Rate]) || Rate <- Rates]]).

rate(Selector, Docs, Millis) ->
    Begun = erlang:monotonic_time(microsecond),
    Passes = passes(Selector, Docs, Begun + Millis * 1000, 0),
    round(Passes * length(Docs) * 1.0e6 / (erlang:monotonic_time(microsecond) - Begun)).

passes(Selector, Docs, End, Passes) ->
    matching(Selector, Docs),
    case erlang:monotonic_time(microsecond) < End of
        true -> passes(Selector, Docs, End, Passes + 1);
        false -> Passes + 1
    end.

matching(Selector, Docs) ->
    length([true || Doc <- Docs, mango_selector:match(Selector, Doc)]).

%% match/2 counts itself, which costs nothing here.
without_statistics() ->
    {ok, couch_stats, Beam} = compile:forms([
        {attribute, 1, module, couch_stats},
        {attribute, 2, export, [{increment_counter, 1}]},
        {function, 3, increment_counter, 1, [{clause, 3, [{var, 3, '_'}], [], [{atom, 3, ok}]}]}
    ]),
    {module, couch_stats} = code:load_binary(couch_stats, "couch_stats", Beam).
