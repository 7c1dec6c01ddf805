using System.Threading.Channels;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class RunRegistryTests : IAsyncDisposable
{
    private readonly AgentFixture _it = new();

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task The_same_run_id_gets_the_same_run()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        Run run = await _it.StartAsync(AgentFixture.Request("r1", "go"));

        RunAdmission during = await AdmitAsync("r1", "go");
        model.TryWrite("x");
        model.Complete();
        await AgentFixture.EndAsync(run);
        await IdleAsync();
        RunAdmission after = await AdmitAsync("r1", "go");

        Assert.Equal((RunAdmissionStatus.InFlight, run), (during.Status, during.Run));
        Assert.Equal((RunAdmissionStatus.Finished, run), (after.Status, after.Run));
        Assert.Same(run, _it.Runs.Find("r1"));
        Assert.Single(_it.Model.Requests);
    }

    [Fact]
    public async Task After_five_minutes_the_transcript_still_knows_the_run()
    {
        _it.Model.Say("once");
        Run run = await _it.StartAsync(AgentFixture.Request("r1", "go"));
        await AgentFixture.EndAsync(run);
        await IdleAsync();
        _it.Time.Advance(TimeSpan.FromMinutes(6));

        Assert.Null(_it.Runs.Find("r1"));
        RunAdmission again = await AdmitAsync("r1", "go");

        Assert.Equal(RunAdmissionStatus.Finished, again.Status);
        Assert.Equal("once", (await again.Run!.Completion).Text);
        Assert.Single(_it.Model.Requests);
    }

    [Fact]
    public async Task Unknown_agents_are_refused()
    {
        SessionKey.TryParse("agent:ghost:main", "main", out SessionKey key);
        RunAdmission admission = await _it.Runs.StartAsync(
            AgentFixture.Request("r1", "go") with { SessionKey = key }, CancellationToken.None);

        Assert.Equal(RunAdmissionStatus.UnknownAgent, admission.Status);
    }

    [Fact]
    public async Task A_session_runs_one_turn_at_a_time_in_order()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "one", source: "agent"));
        await _it.Model.CalledAsync();
        Run second = await _it.StartAsync(AgentFixture.Request("r2", "two", source: "agent"));
        Run third = await _it.StartAsync(AgentFixture.Request("r3", "three", source: "agent"));
        Assert.Contains("queued 1", _it.EventsOf("r2"));
        Assert.Contains("queued 2", _it.EventsOf("r3"));
        Assert.Equal([first, second, third], _it.Runs.Active);
        Assert.Same(first, _it.Runs.ActiveFor(AgentFixture.Key("main")));

        model.TryWrite("first answer");
        model.Complete();
        await Task.WhenAll(AgentFixture.EndAsync(second), AgentFixture.EndAsync(third));

        Assert.Equal(["one"], Texts(_it.Model.Requests[0]));
        Assert.Equal(["one", "first answer", "two"], Texts(_it.Model.Requests[1]));
        Assert.Equal(["one", "first answer", "two", "ok", "three"], Texts(_it.Model.Requests[2]));
    }

    [Fact]
    public async Task Waiting_chat_messages_are_collected_into_one_turn_after_a_quiet_time()
    {
        _it.Config = new EdgeConfig { Messages = new MessagesConfig { Queue = new QueueConfig { Mode = "collect" } } };
        ChannelWriter<string> model = _it.Model.Hold();
        await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();
        Run second = await _it.StartAsync(AgentFixture.Request("r2", "two"));
        Run third = await _it.StartAsync(AgentFixture.Request("r3", "three"));
        model.TryWrite("first answer");
        model.Complete();
        await _it.SeenAsync("r1", "ended");
        await _it.Time.WaitForTimersAsync();
        Assert.False(second.Completion.IsCompleted);

        _it.Time.Advance(500);
        RunResult two = await AgentFixture.EndAsync(second);
        RunResult three = await AgentFixture.EndAsync(third);

        Assert.Equal((RunStatus.Done, "", "collected"), (two.Status, two.Text, two.StopReason));
        Assert.Equal((RunStatus.Done, "ok"), (three.Status, three.Text));
        Assert.Equal(["one", "first answer", "two\n\nthree"], Texts(_it.Model.Requests[1]));
        Assert.Empty(_it.Sessions.PendingInputs());
    }

    [Fact]
    public async Task A_message_that_follows_an_answer_at_once_does_not_wait()
    {
        Task<RunAdmission>? next = null;
        _it.Events.Listen(happened =>
        {
            if (happened is RunEndedEvent { Run.Id: "r1" })
            {
                next = Task.Run(() => AdmitAsync("r2", "two"));
            }
        });
        await _it.RunAsync(AgentFixture.Request("r1", "one"));

        Run second = (await next!).Run!;

        Assert.Equal(RunStatus.Done, (await AgentFixture.EndAsync(second)).Status);
        Assert.DoesNotContain(_it.EventsOf("r2"), line => line.StartsWith("queued", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_interrupting_message_stops_the_turn_and_runs_next()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await model.WriteAsync("begun");
        await _it.SeenAsync("r1", "text begun");
        Run waiting = await _it.StartAsync(AgentFixture.Request("r2", "two", source: "agent"));
        Run urgent = await _it.StartAsync(AgentFixture.Request("r3", "stop!") with { QueueMode = QueueMode.Interrupt });

        RunResult stopped = await AgentFixture.EndAsync(first);
        await AgentFixture.EndAsync(urgent);
        await AgentFixture.EndAsync(waiting);

        Assert.Equal((RunStatus.Aborted, "begun", "interrupt"), (stopped.Status, stopped.Text, stopped.StopReason));
        Assert.Equal("stop!", _it.Model.Requests[1].Messages[^1].Text);
        Assert.Contains("begun [interrupted]", Texts(_it.Model.Requests[1]));
        Assert.Equal("two", _it.Model.Requests[2].Messages[^1].Text.Split('\n')[^1]);
    }

    [Theory]
    [InlineData("new", RunAdmissionStatus.LaneFull)]
    [InlineData("old", RunAdmissionStatus.Started)]
    public async Task A_full_lane_refuses_or_drops_the_oldest(string drop, RunAdmissionStatus expected)
    {
        _it.Config = new EdgeConfig { Messages = new() { Queue = new() { Cap = 2, Drop = drop } } };
        _it.Model.Hold();
        await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();
        Run oldest = await _it.StartAsync(AgentFixture.Request("r2", "two"));
        await _it.StartAsync(AgentFixture.Request("r3", "three"));

        RunAdmission fourth = await AdmitAsync("r4", "four");

        Assert.Equal(expected, fourth.Status);
        Assert.Equal(expected == RunAdmissionStatus.LaneFull, fourth.RetryAfter is not null);
        Assert.Equal(expected == RunAdmissionStatus.Started, oldest.Completion.IsCompleted);
    }

    [Fact]
    public async Task Turns_of_all_sessions_share_the_slots_fairly()
    {
        _it.Config = new EdgeConfig { Agents = new() { Defaults = new() { MaxConcurrent = 1 } } };
        ChannelWriter<string> model = _it.Model.Hold();
        await _it.StartAsync(AgentFixture.Request("a1", "a1", "a", "agent"));
        await _it.Model.CalledAsync();
        Run a2 = await _it.StartAsync(AgentFixture.Request("a2", "a2", "a", "agent"));
        Run b1 = await _it.StartAsync(AgentFixture.Request("b1", "b1", "b", "agent"));
        Run c1 = await _it.StartAsync(AgentFixture.Request("c1", "c1", "c", "agent"));
        model.TryWrite("x");
        model.Complete();

        await Task.WhenAll(AgentFixture.EndAsync(a2), AgentFixture.EndAsync(b1), AgentFixture.EndAsync(c1));

        Assert.Equal("a2", _it.Model.Requests[^1].Messages[^1].Text);
    }

    [Fact]
    public async Task Abort_publishes_the_end_before_it_returns_and_keeps_the_text()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await model.WriteAsync("partial");
        await _it.SeenAsync("r1", "text partial");
        await _it.StartAsync(AgentFixture.Request("r2", "two"));

        IReadOnlyList<string> ids = await _it.Runs.AbortAsync(AgentFixture.Key("main"), null, "rpc");

        Assert.Equal(["r1", "r2"], ids);
        Assert.Equal("ended Aborted partial", _it.EventsOf("r1")[^1]);
        Assert.Equal("ended Aborted ", _it.EventsOf("r2")[^1]);
        TranscriptEntry row = _it.Sessions.ReadPage(AgentFixture.Key("main"), 9).Entries[^1];
        Assert.Equal(("partial", "aborted", "rpc"), (row.Message.Content.PlainText, row.Message.StopReason, row.Message.Abort!.Origin));
        Assert.Empty(_it.Sessions.PendingInputs());
        Assert.True(_it.Sessions.Find(AgentFixture.Key("main"))!.AbortedLastRun);
    }

    [Fact]
    public async Task Abort_of_one_waiting_run_leaves_the_others()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();
        await _it.StartAsync(AgentFixture.Request("r2", "two"));

        Assert.Equal(["r2"], await _it.Runs.AbortAsync(AgentFixture.Key("main"), "r2", "rpc"));
        Assert.Empty(await _it.Runs.AbortAsync(AgentFixture.Key("main"), "r9", "rpc"));
        Assert.Empty(await _it.Runs.AbortAsync(AgentFixture.Key("other"), null, "rpc"));
        model.TryWrite("x");
        model.Complete();

        Assert.Equal(RunStatus.Done, (await AgentFixture.EndAsync(first)).Status);
    }

    [Fact]
    public async Task Draining_refuses_new_runs_waits_and_then_interrupts()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        Run run = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await model.WriteAsync("partial");
        await _it.SeenAsync("r1", "text partial");

        Task drained = _it.Runs.DrainAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(RunAdmissionStatus.Draining, (await AdmitAsync("r2", "two")).Status);
        await _it.Time.WaitForTimersAsync(2);
        Assert.False(run.Completion.IsCompleted);
        _it.Time.Advance(TimeSpan.FromSeconds(10));
        await drained.WaitAsync(TimeSpan.FromSeconds(5));

        RunResult result = await run.Completion;
        Assert.Equal((RunStatus.Aborted, "partial", "shutdown"), (result.Status, result.Text, result.StopReason));
        Assert.Equal("shutdown", _it.Sessions.ReadPage(AgentFixture.Key("main"), 9).Entries[^1].Message.Abort!.Origin);
    }

    [Fact]
    public async Task A_turn_that_is_cut_off_before_its_first_word_leaves_a_row_that_says_so()
    {
        _it.Model.Hold();
        Run run = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();

        Task drained = _it.Runs.DrainAsync(TimeSpan.FromSeconds(10));
        await _it.Time.WaitForTimersAsync(2);
        _it.Time.Advance(TimeSpan.FromSeconds(10));
        await drained.WaitAsync(TimeSpan.FromSeconds(5));

        RunResult result = await run.Completion;
        Assert.Equal((RunStatus.Aborted, "", "shutdown"), (result.Status, result.Text, result.StopReason));
        ChatMessage left = _it.Sessions.ReadPage(AgentFixture.Key("main"), 1).Entries[0].Message;
        Assert.Equal(("assistant", 0, new AbortMark(true, "shutdown", "r1")), (left.Role, left.Content.Parts!.Count, left.Abort));
        Assert.Equal(2, _it.Sessions.ReadContext(AgentFixture.Key("main"), 1000).Count);
        Assert.Empty(await _it.Sessions.RecoverInterruptedAsync(default));
    }

    [Fact]
    public async Task A_turn_that_a_person_aborts_before_its_first_word_leaves_none()
    {
        _it.Model.Hold();
        Run run = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();
        await _it.Runs.AbortAsync(AgentFixture.Key("main"), "r1", "rpc");
        await AgentFixture.EndAsync(run);

        Assert.Equal("user", Assert.Single(_it.Sessions.ReadPage(AgentFixture.Key("main"), 9).Entries).Message.Role);
    }

    [Fact]
    public async Task A_run_that_ends_in_time_is_not_interrupted_by_draining()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        Run run = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await model.WriteAsync("who");
        await _it.SeenAsync("r1", "text who");
        Task drained = _it.Runs.DrainAsync(TimeSpan.FromSeconds(10));

        model.TryWrite("le");
        model.Complete();
        await drained.WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal((RunStatus.Done, "whole"), ((await run.Completion).Status, (await run.Completion).Text));
    }

    [Fact]
    public async Task A_failing_turn_does_not_stop_its_lane()
    {
        _it.Model.Fail(new ProviderException(ProviderFailure.Unreachable, "down"));
        _it.Model.Say("up");
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "one", source: "agent"));
        Run second = await _it.StartAsync(AgentFixture.Request("r2", "two", source: "agent"));

        Assert.Equal(RunStatus.Failed, (await AgentFixture.EndAsync(first)).Status);
        Assert.Equal("up", (await AgentFixture.EndAsync(second)).Text);
    }

    [Fact]
    public async Task Many_sessions_at_once_all_end_and_leave_nothing_behind()
    {
        _it.Config = new EdgeConfig { Agents = new() { Defaults = new() { MaxConcurrent = 8 } } };
        Run[] runs = await Task.WhenAll(Enumerable.Range(0, 200).Select(
            number => _it.StartAsync(AgentFixture.Request($"r{number}", "hi", $"s{number % 20}", "agent"))));

        RunResult[] results = await Task.WhenAll(runs.Select(run => run.Completion)).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.All(results, result => Assert.Equal((RunStatus.Done, "ok"), (result.Status, result.Text)));
        await IdleAsync();
        Assert.Empty(_it.Runs.Active);
        Assert.Empty(_it.Sessions.PendingInputs());
    }

    private static string[] Texts(ModelRequest request) => [.. request.Messages.Select(message => message.Text)];

    private async Task<RunAdmission> AdmitAsync(string runId, string message) =>
        await _it.Runs.StartAsync(AgentFixture.Request(runId, message), CancellationToken.None);

    // A run completes a moment before its lane forgets it.
    private Task IdleAsync() => Eventually.HoldsAsync(() => _it.Runs.Active.Count == 0);
}
