using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

/// <summary>Messages that come while a turn runs.</summary>
public sealed class SteeringTests : IAsyncDisposable
{
    private static readonly SessionKey Main = AgentFixture.Key("main");
    private readonly AgentFixture _it = new();

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task A_message_joins_the_running_turn_after_its_tool_results()
    {
        Run steer = await SteerDuringCallsAsync();
        RunResult last = await AgentFixture.EndAsync(_it.Runs.Find("r1")!);

        Assert.Equal("in Spanish: hola", last.Text);
        Assert.Equal((RunStatus.Done, "steered", ""), await EndOfAsync(steer));
        Assert.Equal(
            ["greet", "", "Skipped to process an incoming message.", "Skipped to process an incoming message.", "in Spanish please"],
            _it.Model.Requests[^1].Messages.Select(message => message.Text));
        Assert.Contains("RunSteeredEvent", _it.EventsOf("r1"));
        Assert.Empty(_it.Sessions.PendingInputs());
    }

    [Fact]
    public async Task A_steered_message_stands_in_its_turn_ever_after()
    {
        await SteerDuringCallsAsync();
        await AgentFixture.EndAsync(_it.Runs.Find("r1")!);

        await _it.RunAsync(AgentFixture.Request("r3", "thanks"));

        Assert.Equal(["greet", "in Spanish please", "thanks"],
            _it.Model.Requests[^1].Messages.Where(message => message.Role == PromptRole.User).SelectMany(message => message.Text.Split("\n\n")));
        Assert.Equal("in Spanish: hola", _it.Model.Requests[^1].Messages[^2].Text);
    }

    [Fact]
    public async Task Messages_that_come_while_the_model_speaks_its_last_words_join_the_turn()
    {
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "greet"));
        await _it.Model.CalledAsync();
        Run second = await _it.StartAsync(AgentFixture.Request("r2", "again") with { QueueMode = QueueMode.Steer });
        Run third = await _it.StartAsync(AgentFixture.Request("r3", "and louder") with { QueueMode = QueueMode.Steer });
        _it.Model.Say("GREETINGS");
        await model.WriteAsync("greetings");
        model.Complete();

        Assert.Equal("greetings\n\nGREETINGS", (await AgentFixture.EndAsync(first)).Text);
        Assert.Equal((RunStatus.Done, "steered", ""), await EndOfAsync(second));
        Assert.Equal((RunStatus.Done, "steered", ""), await EndOfAsync(third));
        Assert.Equal(["greet", "greetings", "again\n\nand louder"], _it.Model.Requests[^1].Messages.Select(message => message.Text));
        Assert.Equal(
            ["1 user greet", "2 assistant greetings", "3 user again", "4 user and louder", "5 assistant GREETINGS"],
            _it.Sessions.ReadPage(Main, 10).Entries.Select(entry => $"{entry.Seq} {entry.Message.Role} {entry.Message.Content.PlainText}"));
        Assert.Empty(_it.Sessions.PendingInputs());
    }

    [Fact]
    public async Task A_program_gets_the_answer_to_its_own_question_alone()
    {
        _it.Config = new EdgeConfig { Messages = new MessagesConfig { Queue = new QueueConfig { DebounceMs = 0 } } };
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "greet", source: "agent"));
        await _it.Model.CalledAsync();
        Run second = await _it.StartAsync(AgentFixture.Request("r2", "again") with { QueueMode = QueueMode.Steer });
        await model.WriteAsync("greetings");
        model.Complete();

        Assert.Equal("greetings", (await AgentFixture.EndAsync(first)).Text);
        Assert.Equal((RunStatus.Done, "stop", "ok"), await EndOfAsync(second));
    }

    [Fact]
    public async Task A_waiting_message_is_on_disk_and_gets_its_place_behind_the_answer_before_it()
    {
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();
        Run second = await _it.StartAsync(AgentFixture.Request("r2", "two") with { QueueMode = QueueMode.Followup });
        Assert.Equal("two", _it.Sessions.PendingInputs().Single(input => input.RunId == "r2").Waiting?.Message.Content.PlainText);
        Assert.Equal(["one"], _it.Sessions.ReadPage(Main, 10).Entries.Select(entry => entry.Message.Content.PlainText));

        await model.WriteAsync("first");
        model.Complete();
        await AgentFixture.EndAsync(first);
        await AgentFixture.EndAsync(second);

        Assert.Equal(["one", "first", "two", "ok"], _it.Sessions.ReadPage(Main, 10).Entries.Select(entry => entry.Message.Content.PlainText));
        Assert.Empty(_it.Sessions.PendingInputs());
    }

    [Fact]
    public async Task A_waiting_message_that_is_withdrawn_stays_in_the_history()
    {
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();
        await _it.StartAsync(AgentFixture.Request("r2", "two") with { QueueMode = QueueMode.Followup });
        Assert.Equal(["r2"], await _it.Runs.AbortAsync(Main, "r2", "rpc"));
        await model.WriteAsync("first");
        model.Complete();
        await AgentFixture.EndAsync(first);

        Assert.Equal(["one", "two", "first"], _it.Sessions.ReadPage(Main, 10).Entries.Select(entry => entry.Message.Content.PlainText));
        Assert.Empty(_it.Sessions.PendingInputs());
    }

    [Fact]
    public async Task A_message_that_waited_when_the_process_died_is_in_the_history_afterwards()
    {
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();
        await _it.StartAsync(AgentFixture.Request("r2", "two") with { QueueMode = QueueMode.Followup });

        await _it.Sessions.RecoverInterruptedAsync(CancellationToken.None); // as the next process does

        Assert.Equal(
            ["user one", "assistant ", "user two", "assistant "],
            _it.Sessions.ReadPage(Main, 10).Entries.Select(entry => $"{entry.Message.Role} {entry.Message.Content.PlainText}"));
        Assert.Empty(_it.Sessions.PendingInputs());
        model.Complete();
    }

    [Fact]
    public async Task A_steered_message_can_be_withdrawn_while_it_waits()
    {
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "greet"));
        await _it.Model.CalledAsync();
        await _it.StartAsync(AgentFixture.Request("r2", "no, wait") with { QueueMode = QueueMode.Steer });

        Assert.Equal(["r2"], await _it.Runs.AbortAsync(Main, "r2", "rpc"));
        await model.WriteAsync("hello");
        model.Complete();

        Assert.Equal("hello", (await AgentFixture.EndAsync(first)).Text);
    }

    [Theory]
    [InlineData("summarize", true)]
    [InlineData("old", false)]
    public async Task A_full_queue_drops_the_oldest_in_short_or_whole(string drop, bool shown)
    {
        _it.Config = new EdgeConfig { Messages = new MessagesConfig { Queue = new QueueConfig { Cap = 1, Drop = drop, Mode = "collect", DebounceMs = 0 } } };
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();
        await _it.StartAsync(AgentFixture.Request("r2", "two " + new string('x', 500)));
        Run third = await _it.StartAsync(AgentFixture.Request("r3", "three"));
        await model.WriteAsync("first");
        model.Complete();
        await AgentFixture.EndAsync(first);
        await AgentFixture.EndAsync(third);

        string prompt = string.Join('|', _it.Model.Requests[^1].Messages.Select(message => message.Text));
        Assert.Equal(shown, prompt.Contains("[dropped from a full queue, in short] two xxx", StringComparison.Ordinal));
        Assert.DoesNotContain(new string('x', 300), prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_may_have_a_queue_of_its_own_size()
    {
        _it.Config = new EdgeConfig { Messages = new MessagesConfig { Queue = new QueueConfig { DebounceMs = 0 } } };
        await _it.Runs.Commands.RunAsync("queue", "followup cap:1 drop:new", Main, CancellationToken.None);
        System.Threading.Channels.ChannelWriter<string> model = _it.Model.Hold();
        Run first = await _it.StartAsync(AgentFixture.Request("r1", "one"));
        await _it.Model.CalledAsync();
        Run second = await _it.StartAsync(AgentFixture.Request("r2", "two"));
        RunAdmission third = await _it.Runs.StartAsync(AgentFixture.Request("r3", "three"), CancellationToken.None);
        await model.WriteAsync("first");
        model.Complete();
        await AgentFixture.EndAsync(first);
        await AgentFixture.EndAsync(second);

        Assert.Equal(RunAdmissionStatus.LaneFull, third.Status);
    }

    [Fact]
    public void The_mode_of_a_channel_holds_where_the_session_has_none()
    {
        QueueConfig queue = new() { Mode = "steer", ByChannel = new Dictionary<string, string> { ["webchat"] = "collect", ["discord"] = "interrupt" } };
        RunRequest request = AgentFixture.Request("r1", "one");
        Assert.Equal(QueueMode.Collect, QueueModes.For(request, null, queue));
        Assert.Equal(QueueMode.Followup, QueueModes.For(request with { Source = "cron" }, null, queue));
        Assert.Equal(QueueMode.Interrupt, QueueModes.For(request with { QueueMode = QueueMode.Interrupt }, null, queue));
    }

    // The model speaks and asks for two tools; the message comes before they are started.
    private async Task<Run> SteerDuringCallsAsync()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _it.Model.CallAfter(release.Task, new ToolCall("c1", "ls", "{}"), new ToolCall("c2", "ls", """{"path":"."}"""));
        _it.Model.Say("in Spanish: hola");
        await _it.StartAsync(AgentFixture.Request("r1", "greet"));
        await _it.Model.CalledAsync();
        Run steer = await _it.StartAsync(AgentFixture.Request("r2", "in Spanish please"));
        release.SetResult();
        return steer;
    }

    private static async Task<(RunStatus, string, string)> EndOfAsync(Run run)
    {
        RunResult result = await AgentFixture.EndAsync(run);
        return (result.Status, result.StopReason, result.Text);
    }
}
