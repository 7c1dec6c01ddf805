using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class Fault_tests
{
    public static TheoryData<string> Apis => ["ollama", "openai-completions", "openai-responses", "anthropic-messages"];

    public static TheoryData<string, ModelFault, ProviderFailure> Faults()
    {
        var data = new TheoryData<string, ModelFault, ProviderFailure>();
        foreach (string api in (string[])["ollama", "openai-completions", "openai-responses", "anthropic-messages"])
        {
            data.Add(api, ModelFault.Drop, ProviderFailure.DroppedMidStream);
            data.Add(api, ModelFault.Truncated, ProviderFailure.DroppedMidStream);
            data.Add(api, ModelFault.BadJson, ProviderFailure.Malformed);
            data.Add(api, ModelFault.ErrorObject, ProviderFailure.ServerError);
            data.Add(api, ModelFault.Refuse, ProviderFailure.Unreachable);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Each_fault_has_its_class_and_names_the_server(string api, ModelFault fault, ProviderFailure expected)
    {
        await using var wires = new Wires(api);
        ModelAnswer broken = ModelAnswer.Broken(fault, 1, "one", "two", "three");
        wires.Server.Enqueue(broken, broken, broken, broken);
        ProviderException e = await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"));

        Assert.Equal(expected, e.Failure);
        Assert.Contains(wires.Server.BaseUri.Authority, e.Message);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Silence_in_the_middle_is_a_stall(string api)
    {
        await using var wires = new Wires(api, timeoutSeconds: 1);
        wires.Server.Enqueue(ModelAnswer.Broken(ModelFault.Stall, 1, "one", "two"));
        ProviderException e = await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"));

        Assert.Equal(ProviderFailure.Stalled, e.Failure);
        Assert.Contains("timeoutSeconds", e.Message);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task No_headers_within_the_patience_is_unreachable(string api)
    {
        await using var wires = new Wires(api, timeoutSeconds: 1);
        wires.Server.Enqueue(new ModelAnswer { Fault = ModelFault.NoHead });
        Assert.Equal(ProviderFailure.Unreachable, (await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"))).Failure);
    }

    [Theory]
    [InlineData(400, "tools must be an array", ProviderFailure.BadRequest)]
    [InlineData(400, "This model's maximum context length is 8192 tokens", ProviderFailure.ContextOverflow)]
    [InlineData(400, "the request exceeds the available context size, try increasing it", ProviderFailure.ContextOverflow)]
    [InlineData(400, "prompt is too long: 210000 tokens > 200000 maximum", ProviderFailure.ContextOverflow)]
    [InlineData(400, "The input token count (40000) exceeds the maximum number of tokens allowed", ProviderFailure.ContextOverflow)]
    [InlineData(500, "the input length exceeds the context length", ProviderFailure.ContextOverflow)]
    [InlineData(401, "no key", ProviderFailure.Unauthorized)]
    [InlineData(400, "API key not valid. Please pass a valid API key.", ProviderFailure.Unauthorized)]
    [InlineData(429, "insufficient_quota", ProviderFailure.Unauthorized)]
    [InlineData(404, "model 'scripted:8b' not found", ProviderFailure.ModelNotFound)]
    [InlineData(404, "page not here", ProviderFailure.BadRequest)]
    [InlineData(429, "slow down", ProviderFailure.RateLimited)]
    [InlineData(500, "boom", ProviderFailure.ServerError)]
    [InlineData(503, "starting", ProviderFailure.ServerError)]
    [InlineData(503, "server busy, please try again. maximum pending requests exceeded", ProviderFailure.RateLimited)]
    public async Task Status_and_words_decide(int status, string words, ProviderFailure expected)
    {
        foreach (string api in (string[])["ollama", "openai-completions"])
        {
            await using var wires = new Wires(api);
            wires.Server.Enqueue(ModelAnswer.Fail(status, words));
            ProviderException e = await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"));
            Assert.Equal((expected, status), (e.Failure, e.HttpStatus));
        }
    }

    [Fact]
    public async Task A_missing_model_of_Ollama_comes_with_the_command_that_gets_it()
    {
        await using var wires = new Wires("ollama");
        wires.Server.Enqueue(ModelAnswer.Fail(404, "model 'scripted:8b' not found"));
        ProviderException e = await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"));
        Assert.Equal($"Ollama at http://127.0.0.1:{wires.Server.Port} has no model 'scripted:8b'; run: ollama pull scripted:8b", e.Message);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Text_that_comes_in_one_read_with_an_error_is_shown_before_it(string api)
    {
        await using var wires = new Wires(api);
        wires.Server.Enqueue(ModelAnswer.Broken(ModelFault.ErrorObject, 2, "one ", "two ", "three") with { MessagesPerWrite = 8 });
        var text = new System.Text.StringBuilder();
        ProviderException e = await Assert.ThrowsAsync<ProviderException>(async () =>
        {
            await foreach (ChatDelta delta in wires.Router.StreamAsync(ModelChoice.Only("box/scripted:8b"), Wires.Ask("hi"), CancellationToken.None))
            {
                text.Append(System.Text.Encoding.UTF8.GetString(delta.Utf8.Span));
            }
        });

        Assert.Equal((ProviderFailure.ServerError, "one two "), (e.Failure, text.ToString()));
        Assert.Single(wires.Server.ChatRequests);
    }

    [Theory]
    [InlineData("openai-completions")]
    [InlineData("ollama")]
    public async Task Reasoning_in_the_text_of_a_local_server_is_told_from_the_answer(string api)
    {
        await using var wires = new Wires(api);
        wires.Server.Models = [new("scripted:8b") { Capabilities = ["completion", "tools"] }];
        wires.Server.Enqueue(ModelAnswer.Say("<th", "ink>\nhm ", "so</thi", "nk>\n\nHel", "lo"));
        Heard heard = await wires.SayAsync("hi");

        Assert.Equal(("hm so", "Hello"), (heard.Thinking, heard.Text));
    }

    [Fact]
    public async Task A_wait_that_the_server_asks_for_as_a_date_is_passed_on()
    {
        var clock = new ManualTimeProvider();
        await using var wires = new Wires("openai-completions", clock);
        wires.Server.Enqueue(ModelAnswer.Fail(429) with { RetryAfter = clock.GetUtcNow().AddSeconds(40).ToString("R") });
        TimeSpan wait = (await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"))).RetryAfter ?? default;

        Assert.InRange(wait, TimeSpan.FromSeconds(39), TimeSpan.FromSeconds(40)); // a date has no fractions
    }

    [Theory]
    [InlineData("soon", null)]
    [InlineData("86400", 3600)]
    public async Task A_wait_that_makes_no_sense_is_left_out_or_cut(string said, int? seconds)
    {
        await using var wires = new Wires("openai-completions");
        wires.Server.Enqueue(ModelAnswer.Fail(429) with { RetryAfter = said });
        Assert.Equal(seconds, (int?)(await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"))).RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task A_wait_that_the_server_asks_for_is_passed_on()
    {
        await using var wires = new Wires("openai-completions");
        wires.Server.Enqueue(ModelAnswer.Fail(429) with { RetryAfter = "17" });
        Assert.Equal(TimeSpan.FromSeconds(17), (await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"))).RetryAfter);
    }

    [Fact]
    public async Task A_connection_that_dies_before_headers_is_tried_once_more()
    {
        await using var wires = new Wires("openai-completions");
        wires.Server.Enqueue(new ModelAnswer { Fault = ModelFault.Refuse }, ModelAnswer.Say("fine"));
        Assert.Equal("fine", (await wires.SayAsync("hi")).Text);
    }

    [Fact]
    public async Task A_refused_connection_names_the_way_to_start_the_server()
    {
        await using var wires = new Wires("ollama");
        await wires.Server.GoAwayAsync();
        ProviderException e = await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"));
        Assert.Equal(ProviderFailure.Unreachable, e.Failure);
        Assert.Contains("nothing listens there; start it with: ollama serve", e.Message);
    }

    [Fact]
    public async Task Tools_that_fail_in_a_stream_are_sent_again_without_one()
    {
        await using var wires = new Wires("ollama");
        wires.Server.Enqueue(ModelAnswer.Fail(500, "error parsing tool call: raw='{'"), ModelAnswer.Call("read", """{"path":"x"}"""));
        Heard heard = await wires.SayAsync("hi", Wires.Tool("read"));

        Assert.Single(heard.Calls);
        Assert.Equal([true, false], wires.Server.ChatRequests.Select(request => request.Json.GetProperty("stream").GetBoolean()));
    }

    [Fact]
    public async Task A_model_without_tools_is_asked_without_them_from_then_on()
    {
        await using var wires = new Wires("ollama");
        wires.Server.Enqueue(ModelAnswer.Fail(400, "scripted:8b does not support tools"));
        await wires.SayAsync("hi", Wires.Tool("read"));
        await wires.SayAsync("hi", Wires.Tool("read"));
        Assert.Equal([true, false, false], wires.Server.ChatRequests.Select(request => request.Json.TryGetProperty("tools", out _)));
    }

    [Fact]
    public async Task Loading_is_told_when_the_first_token_takes_its_time()
    {
        await using var wires = new Wires("ollama");
        var ready = new TaskCompletionSource();
        wires.Server.Enqueue(ModelAnswer.Say("hi") with { HoldHead = ready.Task });
        await using IAsyncEnumerator<ChatDelta> deltas =
            wires.Router.StreamAsync(ModelChoice.Only("box/small:3b"), Wires.Ask("hi"), CancellationToken.None).GetAsyncEnumerator();
        await Guard.Within(deltas.MoveNextAsync().AsTask());
        Assert.Equal("loading_model", deltas.Current.Progress?.Phase);
        ready.SetResult();
        Assert.True(await deltas.MoveNextAsync());
        Assert.Equal(ChatDeltaKind.Text, deltas.Current.Kind);
    }

    [Fact]
    public async Task Loading_that_goes_on_is_told_again_with_its_time()
    {
        ManualTimeProvider clock = new();
        await using var wires = new Wires("ollama", clock);
        var ready = new TaskCompletionSource();
        wires.Server.Enqueue(ModelAnswer.Say("hi") with { HoldHead = ready.Task });
        await using IAsyncEnumerator<ChatDelta> deltas =
            wires.Router.StreamAsync(ModelChoice.Only("box/small:3b"), Wires.Ask("hi"), CancellationToken.None).GetAsyncEnumerator();
        List<string> told = [];
        foreach (TimeSpan wait in (TimeSpan[])[AnswerStream.ProgressAfter, AnswerStream.ProgressEvery, AnswerStream.ProgressEvery])
        {
            Task<bool> next = deltas.MoveNextAsync().AsTask();
            if (told.Count == 0)
            {
                await wires.Server.NextChatRequestAsync();
            }

            await clock.WaitForTimersAsync(2); // the patience for the first byte, and ours
            clock.Advance(wait);
            Assert.True(await Guard.Within(next));
            told.Add(deltas.Current.Progress!.Text);
        }

        Assert.Equal(["loading model small:3b…", "loading model small:3b… 5 s", "loading model small:3b… 10 s"], told);
        ready.SetResult();
        Assert.True(await Guard.Within(deltas.MoveNextAsync().AsTask()));
        Assert.Equal(ChatDeltaKind.Text, deltas.Current.Kind);
    }

    [Fact]
    public async Task The_words_of_an_error_are_not_waited_for_as_long_as_an_answer()
    {
        await using var wires = new Wires("openai-completions", new HurriedTimeProvider(1000), timeoutSeconds: 1_000_000);
        wires.Server.Enqueue(ModelAnswer.Fail(500) with { Fault = ModelFault.Stall });

        ProviderException e = await Guard.Within(Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi")));

        Assert.Equal((ProviderFailure.ServerError, 500), (e.Failure, e.HttpStatus));
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_head_without_a_body_within_the_patience_is_unreachable_too(string api)
    {
        await using var wires = new Wires(api, timeoutSeconds: 1);
        wires.Server.Enqueue(ModelAnswer.Say("never") with { HoldFirst = new TaskCompletionSource().Task });
        ProviderException e = await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"));

        Assert.Equal(ProviderFailure.Unreachable, e.Failure);
        Assert.Contains("did not begin to answer", e.Message);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Leaving_while_the_model_loads_closes_the_upstream_connection(string api)
    {
        await using var wires = new Wires(api);
        wires.Server.Enqueue(ModelAnswer.Say("never") with { HoldFirst = new TaskCompletionSource().Task });
        await foreach (ChatDelta delta in wires.Router.StreamAsync(ModelChoice.Only("box/scripted:8b"), Wires.Ask("hi"), CancellationToken.None))
        {
            Assert.NotNull(delta.Progress);
            break;
        }

        await Guard.Within((await wires.Server.NextChatRequestAsync()).ClientGone);
    }
}
