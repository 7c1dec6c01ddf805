using System.Net;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed class ResponsesTests
{
    private const string Path = "/v1/responses";
    private const string Hello = """{"model":"openclaw","input":"hi"}""";
    private const string Lookup = "\"tools\":[{\"type\":\"function\",\"name\":\"lookup\",\"parameters\":{\"type\":\"object\"}}]";

    [Fact]
    public async Task A_turn_answers_in_the_originals_shape()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.PostAsync(Path, Hello);
        JsonElement answer = await HttpHost.JsonOf(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            ["id", "object", "created_at", "status", "model", "output", "usage"],
            answer.EnumerateObject().Select(member => member.Name));
        Assert.StartsWith("resp_", answer.GetProperty("id").GetString());
        Assert.Equal(("response", "completed", "openclaw"), (Text(answer, "object"), Text(answer, "status"), Text(answer, "model")));
        JsonElement item = Assert.Single(answer.GetProperty("output").EnumerateArray());
        Assert.Equal(
            $$"""{"type":"message","id":"{{Text(item, "id")}}","role":"assistant","content":[{"type":"output_text","text":"Hello there"}],"phase":"final_answer","status":"completed"}""",
            item.GetRawText());
        Assert.Equal(
            """{"input_tokens":100,"input_tokens_details":{"cached_tokens":10,"cache_write_tokens":0},"output_tokens":12,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":112}""",
            answer.GetProperty("usage").GetRawText());
    }

    [Fact]
    public async Task Events_come_in_the_originals_order()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.Pieces = ["say \"grün\"\n"];
        using HttpResponseMessage response = await host.PostAsync(Path, """{"input":"hi","stream":true}""");
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        List<(string Name, JsonElement Data)> events = Events(await response.Content.ReadAsStringAsync());
        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                "response.output_item.done", "response.completed",
            ],
            events.Select(one => one.Name));
        Assert.All(events, one => Assert.Equal(one.Name, Text(one.Data, "type")));
        Assert.Equal("in_progress", Text(events[0].Data.GetProperty("response"), "status"));
        Assert.Equal("say \"grün\"\n", Text(events[4].Data, "delta"));
        Assert.Equal("say \"grün\"\n", Text(events[5].Data, "text"));
        JsonElement last = events[8].Data.GetProperty("response");
        Assert.Equal(Text(events[4].Data, "item_id"), Text(last.GetProperty("output")[0], "id"));
        Assert.Equal("completed", Text(last, "status"));
    }

    [Fact]
    public async Task Text_leaves_before_the_model_has_ended()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        TaskCompletionSource last = new();
        host.Script.HoldLast = last.Task;
        using HttpResponseMessage response = await host.PostAsync(Path, """{"input":"hi","stream":true}""");
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        string seen = "";
        while (!seen.Contains("\"delta\":\"Hello\"", StringComparison.Ordinal))
        {
            seen += await Guard.Within(reader.ReadLineAsync(), "the first piece");
        }

        last.SetResult();
        Assert.Contains("\"delta\":\" there\"", await Guard.Within(reader.ReadToEndAsync()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_cut_by_its_limit_is_incomplete(bool stream)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.StopReason = "length";
        string body = $$"""{"input":"hi","max_output_tokens":5,"temperature":0.5,"top_p":0.25,"stream":{{(stream ? "true" : "false")}}}""";
        string text = await (await host.PostAsync(Path, body)).Content.ReadAsStringAsync();
        Assert.Contains("\"status\":\"incomplete\"", text);
        Assert.Contains("\"incomplete_details\":{\"reason\":\"max_output_tokens\"}", text);
        Assert.Equal(stream, text.Contains("event: response.incomplete", StringComparison.Ordinal));
        SamplingOptions sampling = host.Script.LastRequest!.Sampling;
        Assert.Equal((5, 0.5, 0.25), (sampling.MaxTokens, sampling.Temperature, sampling.TopP));
    }

    [Fact]
    public async Task A_failure_has_a_status_or_is_an_event()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.Failure = new ProviderException(ProviderFailure.BadRequest, "mock failed", null, 400);
        using HttpResponseMessage whole = await host.PostAsync(Path, Hello);
        Assert.Equal(HttpStatusCode.BadRequest, whole.StatusCode);
        Assert.Contains("mock failed", Text((await HttpHost.JsonOf(whole)).GetProperty("error"), "message"));
        string stream = await (await host.PostAsync(Path, """{"input":"hi","stream":true}""")).Content.ReadAsStringAsync();
        (string name, JsonElement data) = Events(stream)[^1];
        Assert.Equal("response.failed", name);
        Assert.Contains("mock failed", Text(data.GetProperty("response").GetProperty("error"), "message"));
        Assert.EndsWith("data: [DONE]\n\n", stream);
    }

    [Fact]
    public async Task A_client_that_leaves_aborts_the_turn()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.HoldLast = new TaskCompletionSource().Task;
        HttpResponseMessage response = await host.PostAsync(Path, """{"input":"hi","stream":true}""");
        response.Dispose();
        await Guard.Within(host.Script.Cancelled);
    }

    [Fact]
    public async Task Items_reach_the_model_as_a_conversation()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        string notes = Convert.ToBase64String("kettle: blue"u8);
        await host.PostAsync(Path, $$"""
            {"model":"openclaw/main","instructions":"be brief","metadata":{"a":"b"},"store":false,"truncation":"auto","reasoning":{},"max_tool_calls":3,
             "input":[{"role":"developer","content":"be kind"},{"type":"message","role":"user","content":"one"},
             {"type":"reasoning","summary":[]},{"type":"item_reference","id":"x"},
             {"type":"message","role":"assistant","content":[{"type":"output_text","text":"two"}]},
             {"role":"user","content":[{"type":"input_text","text":"three"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"},
              {"type":"input_file","filename":"notes.txt","file_data":"data:text/plain;base64,{{notes}}"}]}]}
            """);
        ModelRequest seen = host.Script.LastRequest!;
        Assert.Contains("be brief\n\nbe kind", seen.System);
        Assert.Equal(["one", "two", "three\n<file name=\"notes.txt\">\nkettle: blue\n</file>"], seen.Messages.Select(message => message.Text));
        Assert.Equal("AAAA", Assert.Single(seen.Messages[^1].Images).Base64);
    }

    [Fact]
    public async Task A_call_comes_back_and_its_result_goes_on_in_the_same_session()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.Pieces = [];
        host.Script.Calls = [new ToolCall("call_1", "lookup", """{"q":"tea"}""")];
        JsonElement asked = await HttpHost.JsonOf(await host.PostAsync(Path, $$"""{"input":"hi",{{Lookup}}}"""));
        Assert.Equal(
            """[{"type":"function_call","id":"call_1","call_id":"call_1","name":"lookup","arguments":"{\u0022q\u0022:\u0022tea\u0022}"}]""".Replace("\\u0022", "\\\"", StringComparison.Ordinal),
            asked.GetProperty("output").GetRawText());
        host.Script.Pieces = ["Green."];
        host.Script.Calls = [];
        JsonElement told = await HttpHost.JsonOf(await host.PostAsync(Path, $$"""
            {"previous_response_id":"{{Text(asked, "id")}}","input":[{"type":"function_call_output","call_id":"call_1","output":"green tea"}],{{Lookup}}}
            """));
        Assert.Equal("Green.", Text(told.GetProperty("output")[0].GetProperty("content")[0], "text"));
        Assert.Equal(
            [(PromptRole.User, "hi"), (PromptRole.Assistant, ""), (PromptRole.Tool, "green tea")],
            host.Script.LastRequest!.Messages.Select(message => (message.Role, message.Text)));
        await host.PostAsync(Path, $$"""{"previous_response_id":"{{Text(told, "id")}}","input":"and then?"}""");
        Assert.Equal(
            ["hi", "", "green tea", "Green.", "and then?"], host.Script.LastRequest!.Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task Streamed_call_opens_and_closes_its_item()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Script.Pieces = ["wait"];
        host.Script.Calls = [new ToolCall("7", "lookup", "{}")];
        string stream = await (await host.PostAsync(Path, $$"""{"input":"hi","stream":true,{{Lookup}}}""")).Content.ReadAsStringAsync();
        List<(string Name, JsonElement Data)> events = Events(stream);
        Assert.Equal(
            [
                "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done", "response.completed",
            ],
            events.Select(one => one.Name).TakeLast(5));
        JsonElement item = events[^2].Data.GetProperty("item");
        Assert.Equal(("call_7", "7", 1), (Text(item, "id"), Text(item, "call_id"), events[^2].Data.GetProperty("output_index").GetInt32()));
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData(",\"model\":\"openclaw/second\"", "", false)]
    [InlineData(",\"user\":\"bob\"", "", false)]
    [InlineData("", "work", false)]
    public async Task Only_the_same_owner_goes_on_from_an_answer(string member, string key, bool same)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        JsonElement first = await HttpHost.JsonOf(await host.PostAsync(Path, """{"input":"secret one"}"""));
        if (key.Length > 0)
        {
            host.Client.DefaultRequestHeaders.Add("x-openclaw-session-key", key);
        }

        int before = host.Sessions.List(new()).Rows.Count;
        await host.PostAsync(Path, $$"""{"input":"two","previous_response_id":"{{Text(first, "id")}}"{{member}}}""");
        Assert.Equal(same ? before : before + 1, host.Sessions.List(new()).Rows.Count);
    }

    [Fact]
    public async Task A_result_of_a_call_that_nobody_knows_is_told_in_words()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        await host.PostAsync(Path, """{"previous_response_id":"resp_gone","input":[{"type":"function_call_output","call_id":"c9","output":"42"}]}""");
        Assert.Equal("[Result of call c9]\n42", Assert.Single(host.Script.LastRequest!.Messages).Text);
    }

    [Fact]
    public async Task A_model_of_a_server_gets_the_body_as_it_is()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.PostAsync(Path, """{"model":"local/m","input":"[text:pong]","seed":7}""");
        JsonElement upstream = (await host.Models.NextChatRequestAsync()).Json;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("pong", await response.Content.ReadAsStringAsync());
        Assert.Equal("""{"model":"m","input":"[text:pong]","seed":7}""", upstream.GetRawText());
    }

    [Theory]
    [InlineData("{}", "`input`")]
    [InlineData("{\"input\":[]}", "Missing user message in `input`.")]
    [InlineData("{\"input\":[{\"type\":\"web_search_call\"}]}", "`input` items")]
    [InlineData("{\"input\":[{\"role\":\"tool\",\"content\":\"x\"}]}", "role")]
    [InlineData("{\"input\":\"x\",\"temperature\":3}", "`temperature`")]
    [InlineData("{\"input\":\"x\",\"max_output_tokens\":0}", "`max_output_tokens`")]
    [InlineData("{\"input\":\"x\",\"tools\":[{\"type\":\"web_search\"}]}", "hosted tools")]
    [InlineData("{\"input\":\"x\",\"tool_choice\":\"required\"}", "`tools` is empty")]
    [InlineData("{\"input\":\"x\",\"user\":\"\\ud83d\"}", "surrogate")]
    [InlineData("{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":\"https://x/y.png\"}]}]}", "data: URL")]
    [InlineData("{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_id\":\"f\"}]}]}", "data: URL")]
    [InlineData("{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_data\":\"data:application/pdf;base64,JVBERi0=\"}]}]}", "not text")]
    [InlineData("{\"model\":\"demo/assistant\",\"input\":\"x\"}", "does not speak /v1/responses")]
    [InlineData("{\"model\":\"nothing\",\"input\":\"x\"}", "Invalid `model`")]
    public async Task A_body_that_cannot_be_answered_is_400(string body, string message)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.PostAsync(Path, body);
        JsonElement error = (await HttpHost.JsonOf(response)).GetProperty("error");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_request_error", Text(error, "type"));
        Assert.Contains(message, Text(error, "message"));
    }

    [Fact]
    public async Task A_file_over_the_limit_is_400()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        string data = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(new string('a', 60_001)));
        using HttpResponseMessage response = await host.PostAsync(
            Path, $$"""{"input":[{"role":"user","content":[{"type":"input_file","file_data":"data:text/plain;base64,{{data}}"}]}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("longer than 60000 characters", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Switched_off_it_is_404_as_plain_text()
    {
        EdgeConfig off = new();
        off = off with { Gateway = off.Gateway with { Http = off.Gateway.Http with { Endpoints = off.Gateway.Http.Endpoints with { Responses = new() { Enabled = false } } } } };
        await using HttpHost host = await HttpHost.StartAsync(off);
        using HttpResponseMessage response = await host.PostAsync(Path, Hello);
        Assert.Equal((HttpStatusCode.NotFound, "Not Found"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(HttpStatusCode.OK, (await host.ChatAsync("""{"messages":[{"role":"user","content":"hi"}]}""")).StatusCode);
    }

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString()!;

    private static List<(string Name, JsonElement Data)> Events(string stream)
    {
        List<(string, JsonElement)> events = [];
        foreach (string frame in stream.Split("\n\n").Where(frame => frame.StartsWith("event: ", StringComparison.Ordinal)))
        {
            string[] lines = frame.Split('\n');
            using JsonDocument document = JsonDocument.Parse(lines[1]["data: ".Length..]);
            events.Add((lines[0]["event: ".Length..], document.RootElement.Clone()));
        }

        return events;
    }
}
