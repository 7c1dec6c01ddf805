using System.Text;
using System.Text.Json;
using Xunit;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>Attachments that are no images: they lie in the workspace, and the message says where.</summary>
public sealed class Files_with_a_message : WithClient
{
    [Fact]
    public async Task A_text_is_kept_named_and_read()
    {
        await Client.FollowAsync(await SendAsync("what is in it?", Of("notes.txt", "text/plain", "Blue is the door."u8)));

        string body = Model.ChatRequests[0].BodyText;
        Assert.Contains("Blue is the door.", body, StringComparison.Ordinal);
        string path = Assert.Single(Directory.GetFiles(Path.Combine(Home.Workspace, "media", "inbound")));
        Assert.EndsWith("-1-notes.txt", path, StringComparison.Ordinal);
        Assert.Equal("Blue is the door.", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        string asked = (await Client.HistoryAsync("main"))[0];
        Assert.Equal($"user: what is in it?\n[media attached: media/inbound/{Path.GetFileName(path)} (text/plain)]", asked);
    }

    [Fact]
    public async Task Of_a_long_text_the_model_reads_the_beginning_and_of_other_files_the_name_alone()
    {
        string text = string.Concat(Enumerable.Repeat("words and words ", 2000));
        await Client.FollowAsync(await SendAsync("", Of("long.md", "text/markdown", Encoding.UTF8.GetBytes(text)), Of("a.pdf", "application/pdf", [0x25, 0x50, 0, 1])));

        string body = Model.ChatRequests[0].BodyText;
        Assert.Contains("the rest is in the file", body, StringComparison.Ordinal);
        Assert.Contains("-2-a.pdf (application/pdf)]", body, StringComparison.Ordinal);
        Assert.True(body.Split("words and words").Length < 300);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(Home.Workspace, "media", "inbound")).Length);
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..\\\\evil]\\n name.txt", "evil---name.txt")]
    [InlineData("...", "file")]
    public async Task A_name_leaves_neither_its_folder_nor_its_line(string name, string kept)
    {
        await Client.FollowAsync(await SendAsync("see", $$"""{"fileName":"{{name}}","mimeType":"text/plain","content":"aGk="}"""));

        Assert.EndsWith($"-1-{kept}", Assert.Single(Directory.GetFiles(Path.Combine(Home.Workspace, "media", "inbound"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_kept_is_refused_and_a_second_call_keeps_nothing_twice()
    {
        Assert.Contains("a.bin is not base64", await RefusalAsync("chat.send", Params("k1", "see", """{"fileName":"a.bin","content":"%%%"}""")), StringComparison.Ordinal);
        Assert.Contains("only images", await RefusalAsync("agent", """{"message":"see","idempotencyKey":"k2","attachments":[{"mimeType":"text/plain","content":"aGk="}]}"""), StringComparison.Ordinal);
        await Client.CallAsync("chat.send", Params("k3", "see", Of("a.txt", "text/plain", "hi"u8)));
        await Client.FollowAsync("k3");
        await Client.CallAsync("chat.send", Params("k3", "see", Of("a.txt", "text/plain", "hi"u8)));

        Assert.Single(Directory.GetFiles(Path.Combine(Home.Workspace, "media", "inbound")));
    }

    [Fact]
    public async Task A_session_may_begin_with_a_file()
    {
        JsonElement made = await Client.CallAsync(
            "sessions.create", $$"""{"key":"new","message":"look","idempotencyKey":"n1","attachments":[{{Of("a.json", "application/json", "{}"u8)}}]}""");
        await Client.FollowAsync("n1");

        Assert.True(made.GetProperty("runStarted").GetBoolean());
        Assert.Contains("-1-a.json (application/json)]", (await Client.HistoryAsync("new"))[0], StringComparison.Ordinal);
    }

    private async Task<string> SendAsync(string message, params string[] files)
    {
        string run = Guid.NewGuid().ToString();
        await Client.CallAsync("chat.send", Params(run, message, files));
        return run;
    }

    private static string Params(string run, string message, params string[] files) =>
        $$"""{"sessionKey":"main","message":"{{message}}","idempotencyKey":"{{run}}","attachments":[{{string.Join(',', files)}}]}""";

    private static string Of(string name, string mime, ReadOnlySpan<byte> content) =>
        $$"""{"fileName":"{{name}}","mimeType":"{{mime}}","content":"{{Convert.ToBase64String(content)}}"}""";
}
