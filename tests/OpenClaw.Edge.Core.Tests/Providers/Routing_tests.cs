using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class Routing_tests
{
    private static readonly ModelChoice WithFallback = new("one/m", ["two/m"]);

    private readonly ManualTimeProvider _clock = new();
    private readonly Script _one = new("one");
    private readonly Script _two = new("two");

    [Fact]
    public async Task A_failure_before_text_goes_on_to_the_fallback_and_says_so()
    {
        await using ModelRouter router = Router();
        _one.Next(Fail(ProviderFailure.ServerError));
        Heard heard = await Wires.HearAsync(router, WithFallback, Wires.Ask("hi"));

        Assert.Equal(("two", "two"), (heard.Text, heard.Finish.Provider));
        Assert.Equal("failover", Assert.Single(heard.Progress).Phase);
    }

    [Fact]
    public async Task A_failure_after_text_never_goes_on()
    {
        await using ModelRouter router = Router();
        _one.Next(Fail(ProviderFailure.DroppedMidStream), textFirst: true);
        ProviderException e = await Assert.ThrowsAsync<ProviderException>(() => Wires.HearAsync(router, WithFallback, Wires.Ask("hi")));
        Assert.Equal((ProviderFailure.DroppedMidStream, 0), (e.Failure, _two.Calls));
    }

    [Theory]
    [InlineData(ProviderFailure.BadRequest)]
    [InlineData(ProviderFailure.ContextOverflow)]
    public async Task What_would_fail_elsewhere_too_is_thrown(ProviderFailure failure)
    {
        await using ModelRouter router = Router();
        _one.Next(Fail(failure));
        await Assert.ThrowsAsync<ProviderException>(() => Wires.HearAsync(router, WithFallback, Wires.Ask("hi")));
        Assert.Equal(0, _two.Calls);
    }

    [Fact]
    public async Task A_strict_choice_never_goes_on()
    {
        await using ModelRouter router = Router();
        _one.Next(Fail(ProviderFailure.Unreachable));
        await Assert.ThrowsAsync<ProviderException>(() => Wires.HearAsync(router, WithFallback with { Strict = true }, Wires.Ask("hi")));
        Assert.Equal(0, _two.Calls);
    }

    [Fact]
    public async Task Cool_downs_grow_and_the_primary_returns_after_each()
    {
        await using ModelRouter router = Router();
        foreach (int seconds in (int[])[30, 60, 300, 300])
        {
            int before = _one.Calls;
            _one.Next(Fail(ProviderFailure.ServerError));
            Assert.Equal("two", (await Wires.HearAsync(router, WithFallback, Wires.Ask("hi"))).Text);
            _clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.Equal("two", (await Wires.HearAsync(router, WithFallback, Wires.Ask("hi"))).Text);
            Assert.Equal(before + 1, _one.Calls);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("one", (await Wires.HearAsync(router, WithFallback, Wires.Ask("hi"))).Text);
        Assert.Null(router.Health.Single(health => health.Ref == "one/m").LastError);
    }

    [Fact]
    public async Task Retry_after_is_honoured_to_the_second()
    {
        await using ModelRouter router = Router();
        var only = new ModelChoice("one/m", []);
        _one.Next(new ProviderException(ProviderFailure.RateLimited, "slow down", TimeSpan.FromSeconds(7)));
        await Assert.ThrowsAsync<ProviderException>(() => Wires.HearAsync(router, only, Wires.Ask("hi")));
        _clock.Advance(TimeSpan.FromSeconds(5));
        ProviderException e = await Assert.ThrowsAsync<ProviderException>(() => Wires.HearAsync(router, only, Wires.Ask("hi")));
        Assert.Equal((ProviderFailure.RateLimited, TimeSpan.FromSeconds(2), 1), (e.Failure, e.RetryAfter, _one.Calls));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("one", (await Wires.HearAsync(router, only, Wires.Ask("hi"))).Text);
    }

    [Fact]
    public async Task With_nobody_ready_the_primary_is_tried_all_the_same()
    {
        await using ModelRouter router = Router();
        var only = new ModelChoice("one/m", []);
        _one.Next(Fail(ProviderFailure.Unreachable));
        await Assert.ThrowsAsync<ProviderException>(() => Wires.HearAsync(router, only, Wires.Ask("hi")));
        Assert.Equal("one", (await Wires.HearAsync(router, only, Wires.Ask("hi"))).Text);
    }

    [Fact]
    public async Task When_all_fail_the_message_names_each()
    {
        await using ModelRouter router = Router();
        _one.Next(new ProviderException(ProviderFailure.Unreachable, "one is away"));
        _two.Next(new ProviderException(ProviderFailure.Unauthorized, "two wants a key"));
        ProviderException e = await Assert.ThrowsAsync<ProviderException>(() => Wires.HearAsync(router, WithFallback, Wires.Ask("hi")));
        Assert.Equal("no model answered: one is away; two wants a key", e.Message);
    }

    [Fact]
    public async Task An_unknown_fallback_is_passed_by_and_an_unknown_primary_alone_is_told()
    {
        await using ModelRouter router = Router();
        _one.Next(Fail(ProviderFailure.ServerError));
        Assert.Equal("two", (await Wires.HearAsync(router, new ModelChoice("one/m", ["nobody/x", "two/m"]), Wires.Ask("hi"))).Text);
        ProviderException e = await Assert.ThrowsAsync<ProviderException>(() => Wires.HearAsync(router, ModelChoice.Only("nobody/x"), Wires.Ask("hi")));
        Assert.Equal(ProviderFailure.ModelNotFound, e.Failure);
        Assert.Contains("openclaw models list", e.Message);
    }

    [Fact]
    public async Task Who_waits_for_a_slot_sees_its_place_and_then_the_answer()
    {
        await using ModelRouter router = Router(slots: 1);
        var hold = new TaskCompletionSource();
        _one.Hold = hold.Task;
        Task<Heard> running = Wires.HearAsync(router, ModelChoice.Only("one/m"), Wires.Ask("hi") with { QueueKey = "a" });
        await using IAsyncEnumerator<ChatDelta> waiting =
            router.StreamAsync(ModelChoice.Only("one/m"), Wires.Ask("hi") with { QueueKey = "b" }, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await waiting.MoveNextAsync());
        Assert.Equal(("queued", 1), (waiting.Current.Progress!.Phase, waiting.Current.Progress.QueuePosition));
        hold.SetResult();
        await Guard.Within(running);
        Assert.True(await waiting.MoveNextAsync());
        Assert.Equal(ChatDeltaKind.Text, waiting.Current.Kind);
    }

    [Fact]
    public async Task An_account_that_has_run_dry_rests_ten_minutes()
    {
        await using ModelRouter router = Router();
        _one.Next(new ProviderException(ProviderFailure.Unauthorized, "pay first") { Billing = true });
        await Wires.HearAsync(router, WithFallback, Wires.Ask("hi"));
        _clock.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal("two", (await Wires.HearAsync(router, WithFallback, Wires.Ask("hi"))).Text);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("one", (await Wires.HearAsync(router, WithFallback, Wires.Ask("hi"))).Text);
    }

    [Fact]
    public async Task A_full_line_goes_on_to_the_fallback_and_rests_nobody()
    {
        await using ModelRouter router = Router(slots: 1);
        var hold = new TaskCompletionSource();
        _one.Hold = hold.Task;
        var only = ModelChoice.Only("one/m");
        Task<Heard>[] busy = [.. Enumerable.Range(0, 1 + FairQueue.MaxWaiting).Select(_ => Wires.HearAsync(router, only, Wires.Ask("hi")))];

        Heard heard = await Guard.Within(Wires.HearAsync(router, WithFallback, Wires.Ask("hi")));
        ProviderException refused = await Assert.ThrowsAsync<ProviderException>(() => Wires.HearAsync(router, only, Wires.Ask("hi")));

        Assert.Equal(("two", "failover"), (heard.Text, Assert.Single(heard.Progress).Phase));
        Assert.Equal((ProviderFailure.RateLimited, TimeSpan.FromSeconds(10)), (refused.Failure, refused.RetryAfter));
        Assert.DoesNotContain(router.Health, health => health.CooldownUntil is not null);
        hold.SetResult();
        await Guard.Within(Task.WhenAll(busy));
    }

    [Fact]
    public async Task Cancelling_in_the_line_frees_the_place()
    {
        await using ModelRouter router = Router(slots: 1);
        var hold = new TaskCompletionSource();
        _one.Hold = hold.Task;
        Task<Heard> running = Wires.HearAsync(router, ModelChoice.Only("one/m"), Wires.Ask("hi"));
        using var stop = new CancellationTokenSource();
        Task<Heard> waiting = Wires.HearAsync(router, ModelChoice.Only("one/m"), Wires.Ask("hi"), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        hold.SetResult();
        await Guard.Within(running);
        Assert.Equal("one", (await Guard.Within(Wires.HearAsync(router, ModelChoice.Only("one/m"), Wires.Ask("hi")))).Text);
    }

    private static ProviderException Fail(ProviderFailure failure) => new(failure, failure.ToString());

    private ModelRouter Router(int slots = 0)
    {
        ModelProviderEntry Entry(Script script) => new() { Id = script.Id, Api = "script", BaseUri = new Uri("http://script/"), Provider = script, MaxConcurrent = slots };
        return new ModelRouter(ProviderCatalog.Of([Entry(_one), Entry(_two)], "one/m", _clock), _clock, NullLoggerFactory.Instance);
    }

    private sealed class Script(string id) : IModelProvider
    {
        private readonly Queue<(ProviderException Failure, bool TextFirst)> _next = new();

        public string Id => id;

        public int Calls { get; private set; }

        public Task Hold { get; set; } = Task.CompletedTask;

        public void Next(ProviderException failure, bool textFirst = false) => _next.Enqueue((failure, textFirst));

        public async IAsyncEnumerable<ChatDelta> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Calls++;
            await Hold.WaitAsync(cancellationToken);
            bool fails = _next.TryDequeue(out (ProviderException Failure, bool TextFirst) failure);
            if (!fails || failure.TextFirst)
            {
                yield return ChatDelta.OfText(System.Text.Encoding.UTF8.GetBytes(id));
            }

            if (fails)
            {
                throw failure.Failure;
            }

            yield return ChatDelta.Of(new ModelFinish("stop", new MessageUsage(), id, request.Model, "script"));
        }

        public Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<ModelInfo>>([new ModelInfo { Id = "m", Name = "m", Provider = id }]);
    }
}
