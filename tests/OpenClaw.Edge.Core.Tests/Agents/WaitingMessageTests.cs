using System.Threading.Channels;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary>Messages that wait or join where something else happens: the turn breaks, the model is silent, time runs out, the gateway ends.</summary>
public sealed class WaitingMessageTests : IAsyncDisposable
{
    private static readonly SessionKey Main = AgentFixture.Key("main");
    private readonly AgentFixture _it = new();

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task A_message_whose_turn_breaks_before_a_model_is_called_has_its_place()
    {
        RunRequest request = AgentFixture.Request("r1", "one");
        TranscriptEntry entry = TurnRows.User(request, 5);
        await _it.Sessions.AppendAsync(Main, [], new SessionUpdate { AcceptedInput = new PendingInput(Main, "r1", "chat", 5, entry) }, CancellationToken.None);
        Run run = new(request, 5);
        _it.Agents.TryGet("main", out AgentEntry? agent);
        using ActiveRun active = new(run, agent!, QueueMode.Followup, entry, new RunPublisher(run, _it.Events, _it.Time, new RunLoad())) { Stored = Task.FromResult(entry) };

        await new TurnEnd(_it.Runtime).FailedAsync(new Turn(active) { Renew = () => { } }, "broke", null);

        Assert.Equal(["user one", "assistant "], Rows());
        Assert.Contains("stored user 1 one", _it.EventsOf("r1"));
        Assert.Empty(_it.Sessions.PendingInputs());
    }

    [Fact]
    public async Task A_message_that_is_sent_again_much_later_does_not_wait_for_ever()
    {
        (Run first, ChannelWriter<string> model) = await BeginAsync();
        Run joined = await _it.StartAsync(Steer("r2", "two"));
        await EndAsync(first, model, "ah");
        await AgentFixture.EndAsync(joined);
        _it.Time.Advance(TimeSpan.FromMinutes(6)); // nobody remembers it any more

        (Run third, model) = await BeginAsync("r3");
        Run again = await _it.StartAsync(AgentFixture.Request("r2", "two") with { QueueMode = QueueMode.Followup });
        await EndAsync(third, model, "oh");
        await AgentFixture.EndAsync(again);

        Assert.Single(Rows(), row => row == "user two");
        Assert.Empty(_it.Sessions.PendingInputs());
    }

    [Fact]
    public async Task A_message_that_joins_after_an_empty_answer_has_its_tools_and_no_words_but_its_own()
    {
        _it.Model.Say();
        ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();
        await _it.Model.CalledAsync();
        await _it.StartAsync(Steer("r2", "two"));
        await EndAsync(first, model, "ah");

        ModelRequest last = _it.Model.Requests[^1];
        Assert.Equal("two", last.Messages[^1].Text);
        Assert.NotEmpty(last.Tools);
    }

    [Fact]
    public async Task An_empty_answer_to_a_message_that_joined_is_asked_for_again()
    {
        (Run first, ChannelWriter<string> model) = await BeginAsync();
        await _it.StartAsync(Steer("r2", "two"));
        _it.Model.Say();
        _it.Model.Say("and to two");

        Assert.Equal("ah\n\nand to two", (await EndAsync(first, model, "ah")).Text);
    }

    [Fact]
    public async Task An_answer_stands_when_the_one_to_a_message_that_joined_is_silence()
    {
        (Run first, ChannelWriter<string> model) = await BeginAsync();
        await _it.StartAsync(Steer("r2", "thanks"));
        _it.Model.Say("NO_REPLY");

        Assert.Equal("ah", (await EndAsync(first, model, "ah")).Text);
        Assert.Equal(["user hi", "assistant ah", "user thanks"], Rows());
    }

    [Fact]
    public async Task A_message_that_joins_after_silence_is_asked_in_one_message_with_the_one_before()
    {
        (Run first, ChannelWriter<string> model) = await BeginAsync();
        await _it.StartAsync(Steer("r2", "two"));
        await EndAsync(first, model, "NO_REPLY");

        Assert.Equal(["hi\n\ntwo"], _it.Model.Requests[^1].Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task A_message_that_joins_has_the_time_of_a_turn()
    {
        ChannelWriter<string> model = _it.Model.Hold();
        ChannelWriter<string> further = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "hi") with { Timeout = TimeSpan.FromSeconds(10) });
        await _it.Model.CalledAsync();
        await _it.StartAsync(Steer("r2", "two"));
        _it.Time.Advance(TimeSpan.FromSeconds(9));
        await model.WriteAsync("ah");
        model.Complete();
        await _it.Model.CalledAsync();
        _it.Time.Advance(TimeSpan.FromSeconds(9));

        RunResult result = await EndAsync(first, further, "oh");
        Assert.Equal((RunStatus.Done, "ah\n\noh"), (result.Status, result.Text));
    }

    [Fact]
    public async Task A_message_that_could_not_be_stored_joins_nothing_and_doubles_no_answer()
    {
        (Run first, ChannelWriter<string> model) = await BeginAsync();
        await _it.Database.WriteAsync(
            connection => connection.Execute("CREATE TRIGGER refuses BEFORE INSERT ON pending_inputs BEGIN SELECT RAISE(ABORT, 'full'); END"), CancellationToken.None);
        await Assert.ThrowsAnyAsync<StorageException>(() => _it.StartAsync(Steer("r2", "two")));
        await EndAsync(first, model, "ah");

        Assert.Equal(["user hi", "assistant ah"], Rows());
    }

    [Fact]
    public async Task What_waits_when_the_gateway_ends_has_its_place_and_a_mark_after_the_next_start()
    {
        (Run first, ChannelWriter<string> model) = await BeginAsync();
        Run second = await _it.StartAsync(AgentFixture.Request("r2", "two") with { QueueMode = QueueMode.Followup });
        await model.WriteAsync("ah");
        await _it.SeenAsync("r1", "text ah");
        await _it.Runs.DrainAsync(TimeSpan.Zero);
        Assert.Equal(("shutdown", "shutdown"), ((await first.Completion).StopReason, (await second.Completion).StopReason));
        Assert.Equal(["r2"], _it.Sessions.PendingInputs().Select(input => input.RunId));

        await _it.Sessions.RecoverInterruptedAsync(CancellationToken.None); // as the next process does

        Assert.Equal(["user hi", "assistant ah", "user two", "assistant "], Rows());
        Assert.Equal(new AbortMark(true, "restart", "r2"), _it.Sessions.ReadPage(Main, 1).Entries[^1].Message.Abort);
    }

    private static RunRequest Steer(string id, string message) => AgentFixture.Request(id, message) with { QueueMode = QueueMode.Steer };

    private async Task<(Run Run, ChannelWriter<string> Model)> BeginAsync(string id = "r1")
    {
        ChannelWriter<string> model = _it.Model.Hold();
        Run run = await _it.StartAsync(AgentFixture.Request(id, "hi"));
        await _it.Model.CalledAsync();
        return (run, model);
    }

    private static async Task<RunResult> EndAsync(Run run, ChannelWriter<string> model, string text)
    {
        await model.WriteAsync(text);
        model.Complete();
        return await AgentFixture.EndAsync(run);
    }

    private string[] Rows() =>
        [.. _it.Sessions.ReadPage(Main, 20).Entries.Select(entry => $"{entry.Message.Role} {entry.Message.Content.PlainText}")];
}
