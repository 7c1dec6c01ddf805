using OpenClaw.Edge.Sessions;
using Xunit;
using static OpenClaw.Edge.Core.Tests.Sessions.Entries;

namespace OpenClaw.Edge.Core.Tests.Sessions;

public sealed class SessionBranchTests : WithSessions
{
    [Fact]
    public async Task A_rewind_goes_back_to_before_the_message_and_keeps_what_came_after()
    {
        await SayAsync("one", "two", "three");
        SessionRow before = Store.Find(Main)!;

        BranchOutcome outcome = await Store.RewindAsync(Main, "two", default);

        Assert.Equal((BranchStatus.Done, "two"), (outcome.Status, outcome.Cut!.Message.Content.PlainText));
        Assert.Equal(["one", "re one"], Shown());
        SessionRow after = Store.Find(Main)!;
        Assert.NotEqual(before.SessionId, after.SessionId);
        Assert.Equal(before.LifecycleRevision, after.LifecycleRevision);
        Assert.NotEqual(before.HistoryRevision, after.HistoryRevision);
        Assert.Equal((2, "one", "re one"), (after.MessageCount, after.DerivedTitle, after.LastMessagePreview));
        Assert.Equal(["one", "re one", "two", "re two", "three", "re three"], Texts(Store.ReadAll(Main)));
        Assert.Equal(["re one*", "re three"], Lines());
    }

    [Fact]
    public async Task What_is_said_after_a_rewind_is_another_branch()
    {
        await SayAsync("one", "two");
        await Store.RewindAsync(Main, "two", default);
        await SayAsync("other");

        Assert.Equal(["one", "re one", "other", "re other"], Shown());
        Assert.Equal([1, 2, 3, 4], Store.ReadPage(Main, 10).Entries.Select(entry => entry.Seq));
        Assert.Equal(["one", "re one", "other", "re other"], Texts(Store.ReadContext(Main, 10_000)));
        Assert.Equal(["re other*", "re two"], Lines());
        Assert.Equal([4, 4], Store.Branches(Main).Select(branch => branch.Messages));
    }

    [Fact]
    public async Task The_old_branch_can_be_taken_up_again()
    {
        await SayAsync("one", "two");
        await Store.RewindAsync(Main, "two", default);
        await SayAsync("other");
        string revision = Store.Find(Main)!.HistoryRevision;

        BranchOutcome outcome = await Store.SwitchBranchAsync(Main, "re two", default);
        await SayAsync("three");

        Assert.Equal(BranchStatus.Done, outcome.Status);
        Assert.NotEqual(revision, outcome.Row!.HistoryRevision);
        Assert.Equal(["one", "re one", "two", "re two", "three", "re three"], Shown());
        Assert.Equal(["re three*", "re other"], Lines());
    }

    [Fact]
    public async Task A_rewind_to_the_first_message_leaves_an_empty_history()
    {
        await SayAsync("one");

        BranchOutcome outcome = await Store.RewindAsync(Main, "one", default);

        Assert.Equal((0, null, null), (outcome.Row!.MessageCount, outcome.Row.DerivedTitle, outcome.Row.LastMessagePreview));
        Assert.Empty(Shown());
        Assert.Equal(["re one"], Lines());
        await SayAsync("again");
        Assert.Equal(["again", "re again"], Shown());
        Assert.Equal("again", Store.Find(Main)!.DerivedTitle);
        Assert.Equal(["re again*", "re one"], Lines());
    }

    [Fact]
    public async Task A_branch_that_nobody_spoke_in_is_none_when_it_is_left()
    {
        await SayAsync("one", "two", "three");
        await Store.RewindAsync(Main, "three", default);
        await Store.RewindAsync(Main, "two", default);
        Assert.Equal(["re one*", "re three"], Lines());

        await Store.SwitchBranchAsync(Main, "re three", default);

        Assert.Equal(["re three*"], Lines());
        Assert.Equal(["one", "re one", "two", "re two", "three", "re three"], Texts(Store.ReadAll(Main)));
    }

    [Fact]
    public async Task Branches_grow_on_branches()
    {
        await SayAsync("one", "two");
        await Store.RewindAsync(Main, "two", default);
        await SayAsync("b1", "b2");
        await Store.RewindAsync(Main, "b2", default);
        await SayAsync("c");
        await Store.RewindAsync(Main, "one", default);
        await SayAsync("d");

        Assert.Equal(["re d*", "re c", "re b2", "re two"], Lines());
        Assert.Equal(
            ["one", "re one", "two", "re two", "b1", "re b1", "b2", "re b2", "c", "re c", "d", "re d"], Texts(Store.ReadAll(Main)));
        await Store.SwitchBranchAsync(Main, "re c", default);
        Assert.Equal(["one", "re one", "b1", "re b1", "c", "re c"], Shown());
    }

    [Fact]
    public async Task What_a_reset_ended_can_be_gone_back_to()
    {
        await SayAsync("one", "two");
        await Store.ResetAsync(Main, "new", default);
        await SayAsync("fresh");

        Assert.Equal(["re fresh*", "re two"], Lines());
        BranchOutcome rewound = await Store.RewindAsync(Main, "two", default);

        Assert.Equal((BranchStatus.Done, "two"), (rewound.Status, rewound.Cut!.Message.Content.PlainText));
        Assert.Equal(["one", "re one"], Shown());
        await SayAsync("other");
        Assert.Equal(["re other*", "re two", "re fresh"], Lines());
        Assert.Equal(BranchStatus.Done, (await Store.SwitchBranchAsync(Main, "re fresh", default)).Status);
        Assert.Equal(["Reset", "fresh", "re fresh"], Shown());
        Assert.Equal(["one", "re one", "two", "re two", "Reset", "fresh", "re fresh", "other", "re other"], Texts(Store.ReadAll(Main)));
    }

    [Fact]
    public async Task A_change_to_what_a_reset_ended_undoes_the_reset()
    {
        await SayAsync("one");
        await Store.ResetAsync(Main, "reset", default);
        await Store.ResetAsync(Main, "reset", default);
        await SayAsync("fresh");

        Assert.Equal(["re fresh*", "re one"], Lines());
        Assert.Equal(BranchStatus.Done, (await Store.SwitchBranchAsync(Main, "re one", default)).Status);
        await SayAsync("two");

        Assert.Equal(["one", "re one", "two", "re two"], Shown());
        Assert.Equal(["re two*", "re fresh"], Lines());
    }

    [Fact]
    public async Task A_fork_begins_before_a_reset_too()
    {
        await SayAsync("one", "two");
        await Store.ResetAsync(Main, "new", default);
        Assert.True(SessionKey.TryParse("agent:main:dashboard:f", "main", out SessionKey fork));

        Assert.Equal(BranchStatus.Done, (await Store.ForkAsync(Main, fork, "two", default)).Status);
        Assert.Equal(["one", "re one"], Texts(Store.ReadPage(fork, 10).Entries));
        Assert.Equal(["Reset"], Shown());
    }

    [Fact]
    public async Task What_was_left_for_before_a_reset_does_not_grow_old()
    {
        await SayAsync("one");
        await Store.ResetAsync(Main, "new", default);
        await SayAsync("fresh");
        await Store.SwitchBranchAsync(Main, "re one", default);
        Time.Advance(TimeSpan.FromDays(400));

        Assert.Empty(Store.OldWindows(Time.GetUtcNow().ToUnixTimeMilliseconds(), 10));
        Assert.Equal(["re one*", "re fresh"], Lines());
    }

    [Fact]
    public async Task A_reset_begins_a_family_and_takes_a_window_that_is_free()
    {
        await SayAsync("one", "two");
        await Store.RewindAsync(Main, "two", default);
        await SayAsync("other");
        await Store.SwitchBranchAsync(Main, "re two", default);

        Assert.True(Store.Find(Main)!.Extra!.Value.TryGetProperty("previousSessionId", out _));
        SessionRow reset = await Store.ResetAsync(Main, "new", default);
        await SayAsync("fresh");

        Assert.False(reset.Extra!.Value.TryGetProperty("previousSessionId", out _));
        Assert.Equal(["Reset", "fresh", "re fresh"], Shown());
        Assert.Equal(["re fresh*", "re other", "re two"], Lines());
        Assert.Equal(BranchStatus.NotUserMessage, (await Store.RewindAsync(Main, "re one", default)).Status);
        await Store.RewindAsync(Main, "fresh", default);
        Assert.Equal(["Reset"], Shown());
        Assert.Equal(["*", "re fresh", "re other", "re two"], Lines());
    }

    [Theory]
    [InlineData("nothing", BranchStatus.MissingEntry)]
    [InlineData("re one", BranchStatus.NotUserMessage)]
    [InlineData("two", BranchStatus.OffActivePath)]
    public async Task A_rewind_needs_a_message_of_a_person_in_the_active_branch(string entryId, BranchStatus expected)
    {
        await SayAsync("one", "two");
        await Store.RewindAsync(Main, "two", default);
        string revision = Store.Find(Main)!.HistoryRevision;

        Assert.Equal(expected, (await Store.RewindAsync(Main, entryId, default)).Status);
        Assert.Equal(expected, (await Store.ForkAsync(Main, Key("child"), entryId, default)).Status);

        Assert.Equal(revision, Store.Find(Main)!.HistoryRevision);
        Assert.Null(Store.Find(Key("child")));
    }

    [Theory]
    [InlineData("nothing", BranchStatus.MissingEntry)]
    [InlineData("two", BranchStatus.NotBranchTip)]
    [InlineData("re other", BranchStatus.AlreadyActive)]
    public async Task A_change_needs_the_last_row_of_another_branch(string leafEntryId, BranchStatus expected)
    {
        await SayAsync("one", "two");
        await Store.RewindAsync(Main, "two", default);
        await SayAsync("other");

        Assert.Equal(expected, (await Store.SwitchBranchAsync(Main, leafEntryId, default)).Status);
        Assert.Equal(["one", "re one", "other", "re other"], Shown());
    }

    [Fact]
    public async Task A_session_at_work_stays_as_it_is()
    {
        await SayAsync("one");
        await Store.AppendAsync(
            Main, [User("two") with { Id = "two" }], new SessionUpdate { AcceptedInput = new PendingInput(Main, "run-2", "chat", 1) }, default);

        Assert.Equal(BranchStatus.Working, (await Store.RewindAsync(Main, "one", default)).Status);
        Assert.Equal(BranchStatus.Working, (await Store.SwitchBranchAsync(Main, "re one", default)).Status);
        Assert.Equal(BranchStatus.Working, (await Store.ForkAsync(Main, Key("child"), "one", default)).Status);
        Assert.Equal(["one", "re one", "two"], Shown());
    }

    [Fact]
    public async Task An_archived_session_can_be_forked_only()
    {
        await SayAsync("one");
        await Store.PatchAsync(Main, new SessionPatch { Archived = Optional.Of(true) }, default);

        Assert.Equal(BranchStatus.Archived, (await Store.RewindAsync(Main, "one", default)).Status);
        Assert.Equal(BranchStatus.Archived, (await Store.SwitchBranchAsync(Main, "re one", default)).Status);
        Assert.Equal(BranchStatus.Done, (await Store.ForkAsync(Main, Key("child"), "one", default)).Status);
    }

    [Fact]
    public async Task Nothing_happens_to_a_session_that_is_not_there()
    {
        Assert.Equal(BranchStatus.MissingSession, (await Store.RewindAsync(Main, "one", default)).Status);
        Assert.Equal(BranchStatus.MissingSession, (await Store.SwitchBranchAsync(Main, "one", default)).Status);
        Assert.Equal(BranchStatus.MissingSession, (await Store.ForkAsync(Main, Key("child"), "one", default)).Status);
        Assert.Empty(Store.Branches(Main));
    }

    [Fact]
    public async Task A_fork_has_what_was_said_and_what_was_chosen()
    {
        await SayAsync("one", "two", "three");
        await Store.PatchAsync(Main, new SessionPatch { ModelOverride = Optional.Of<string?>("ollama/small"), ThinkLevel = Optional.Of<string?>("high"), Label = Optional.Of<string?>("mine") }, default);

        BranchOutcome outcome = await Store.ForkAsync(Main, Key("child"), "three", default);

        Assert.Equal("three", outcome.Cut!.Message.Content.PlainText);
        SessionRow child = Store.Find(Key("child"))!;
        Assert.Equal(("ollama/small", "high", null, 4L), (child.ModelOverride, child.ThinkLevel, child.Label, child.MessageCount));
        Assert.Equal("agent:main:main", child.Extra!.Value.GetProperty("parentSessionKey").GetString());
        Assert.Equal(["one", "re one", "two", "re two"], Texts(Store.ReadPage(Key("child"), 10).Entries));
        Assert.Equal(["one", "re one", "two", "re two", "three", "re three"], Shown());
        Assert.Equal([Key("child")], Store.ChildrenOf(Main, 10));
        await Store.AppendAsync(Key("child"), [User("mine") with { Id = "mine" }], null, default);
        Assert.Equal(6, Store.Find(Main)!.MessageCount);
    }

    [Fact]
    public async Task An_idempotency_key_of_another_branch_is_known()
    {
        await Store.AppendAsync(Main, [User("one", "r1:user") with { Id = "one" }], null, default);
        await Store.RewindAsync(Main, "one", default);

        IReadOnlyList<TranscriptEntry> again = await Store.AppendAsync(Main, [User("one", "r1:user")], null, default);

        Assert.Equal("one", Assert.Single(again).Id);
        Assert.Empty(Shown());
    }

    [Fact]
    public async Task Compactions_are_counted_in_the_branch()
    {
        await SayAsync("one");
        await Store.AppendAsync(Main, [Compaction("sum")], null, default);
        await SayAsync("two");
        await Store.RewindAsync(Main, "two", default);
        Assert.Equal((1, 3L), (Store.Find(Main)!.CompactionCount, Store.Find(Main)!.MessageCount));

        await Store.RewindAsync(Main, "one", default);
        Assert.Equal(0, Store.Find(Main)!.CompactionCount);
    }

    [Fact]
    public async Task A_search_finds_what_two_branches_have_once()
    {
        await SayAsync("apple", "pear");
        await Store.RewindAsync(Main, "pear", default);
        await SayAsync("plum");

        Assert.Equal(["re apple", "apple"], Store.Search("apple", null, 10).Select(said => said.Entry.Message.Content.PlainText));
        Assert.Equal(2, Store.Search("pear", null, 10).Count);
    }

    [Fact]
    public async Task Branches_outlive_the_process_and_go_with_their_session()
    {
        await SayAsync("one", "two");
        await Store.RewindAsync(Main, "two", default);
        SessionStore another = new(Database, Time);
        Assert.Equal(["re one", "re two"], another.Branches(Main).Select(branch => branch.LeafEntryId));

        await Store.DeleteAsync(Main, default);
        await SayAsync("fresh");
        Assert.Equal(["re fresh*"], Lines());
    }

    [Fact]
    public async Task There_are_not_more_branches_than_the_limit()
    {
        await SayAsync("one");
        for (int i = 0; i < SessionStore.MaxBranches; i++)
        {
            await Store.RewindAsync(Main, i == 0 ? "one" : $"b{i - 1}", default);
            await SayAsync($"b{i}");
        }

        Assert.Equal(BranchStatus.Full, (await Store.RewindAsync(Main, $"b{SessionStore.MaxBranches - 1}", default)).Status);
        Assert.Equal(SessionStore.MaxBranches + 1, Store.Branches(Main).Count);
        Assert.Equal(BranchStatus.Done, (await Store.SwitchBranchAsync(Main, "re one", default)).Status);
    }

    private async Task SayAsync(params string[] texts)
    {
        foreach (string text in texts)
        {
            await Store.AppendAsync(Main, [User(text) with { Id = text }, Assistant($"re {text}") with { Id = $"re {text}" }], null, default);
        }
    }

    private string[] Shown() => Texts(Store.ReadPage(Main, 100).Entries);

    // The branches by their last text; a star is the active one.
    private string[] Lines() => [.. Store.Branches(Main).Select(branch => branch.Headline + (branch.IsActive ? "*" : ""))];
}
