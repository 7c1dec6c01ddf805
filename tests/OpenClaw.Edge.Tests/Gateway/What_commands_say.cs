using System.Text.Json;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>The streams <c>command_output</c> and <c>patch</c> of the event <c>agent</c>.</summary>
public sealed class What_commands_say() : WithClient("""tools: { exec: { mode: "full" } },""")
{
    [Fact]
    public async Task The_end_of_a_command_tells_its_output_and_code()
    {
        Model.Enqueue(ModelAnswer.Call("exec", """{"command":"echo hello; exit 3"}""", "call_7"), ModelAnswer.Say("done"));

        await Client.ChatAsync("main", "run it");

        JsonElement end = Assert.Single(Streams("command_output"));
        Assert.Equal(
            ("command:call_7", "end", "failed", "hello", 3, "exec"),
            (end.GetProperty("itemId").GetString(), end.GetProperty("phase").GetString(), end.GetProperty("status").GetString(),
                end.GetProperty("output").GetString(), end.GetProperty("exitCode").GetInt32(), end.GetProperty("name").GetString()));
        Assert.EndsWith("workspace", end.GetProperty("cwd").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("command echo hello", end.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.True(end.GetProperty("durationMs").GetInt64() >= 0);
    }

    [Fact]
    public async Task A_command_that_takes_long_is_heard_while_it_runs()
    {
        Model.Enqueue(ModelAnswer.Call("exec", """{"command":"echo early; while [ ! -e go ]; do sleep 0.1; done; echo late"}""", "call_8"), ModelAnswer.Say("done"));

        string run = await Client.SendChatAsync("main", "run it");
        JsonElement early = (await Client.NextEventAsync(frame => IsStream(frame, "command_output"))).GetProperty("payload").GetProperty("data");
        await File.WriteAllTextAsync(Path.Combine(Home.Workspace, "go"), "", TestContext.Current.CancellationToken);
        await Client.FollowAsync(run);

        Assert.Equal(("delta", "early", "running"), (early.GetProperty("phase").GetString(), early.GetProperty("output").GetString(), early.GetProperty("status").GetString()));
        Assert.Equal("early\nlate", Streams("command_output")[^1].GetProperty("output").GetString());
        Assert.Contains(Streams("item"), item => item.GetProperty("phase").ValueEquals("update"));
        long[] numbers = [.. Client.Events.Where(frame => frame.GetProperty("event").ValueEquals("agent")).Select(frame => frame.GetProperty("payload").GetProperty("seq").GetInt64())];
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(numbers.Length, numbers.Distinct().Count());
    }

    [Fact]
    public async Task A_patch_tells_which_files_it_changed()
    {
        Directory.CreateDirectory(Home.Workspace);
        await File.WriteAllTextAsync(Path.Combine(Home.Workspace, "old.txt"), "one\n", TestContext.Current.CancellationToken);
        string patch = JsonEncodedText.Encode("*** Begin Patch\n*** Add File: new.txt\n+fresh\n*** Update File: old.txt\n@@\n-one\n+two\n*** End Patch").ToString();
        Model.Enqueue(ModelAnswer.Call("apply_patch", $$"""{"input":"{{patch}}"}""", "call_9"), ModelAnswer.Say("done"));

        await Client.ChatAsync("main", "patch it");

        JsonElement told = Assert.Single(Streams("patch"));
        Assert.Equal(["new.txt"], Texts(told.GetProperty("added")));
        Assert.Equal(["old.txt"], Texts(told.GetProperty("modified")));
        Assert.Empty(Texts(told.GetProperty("deleted")));
        Assert.Equal(("patch:call_9", "1 added, 1 modified"), (told.GetProperty("itemId").GetString(), told.GetProperty("summary").GetString()));
    }

    private List<JsonElement> Streams(string name) =>
        [.. Client.Events.Where(frame => IsStream(frame, name)).Select(frame => frame.GetProperty("payload").GetProperty("data"))];

    private static bool IsStream(JsonElement frame, string name) =>
        frame.GetProperty("event").ValueEquals("agent") && frame.GetProperty("payload").GetProperty("stream").ValueEquals(name);
}
