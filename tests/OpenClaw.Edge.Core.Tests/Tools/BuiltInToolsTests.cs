using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools;

public sealed class BuiltInToolsTests : IDisposable
{
    private readonly TempDir _dir = new();
    private readonly ToolRegistry _tools = new(BuiltInTools.All);

    public void Dispose() => _dir.Dispose();

    [Fact]
    public void Models_see_four_tools_in_a_fixed_order() =>
        Assert.Equal(["edit", "ls", "read", "write"], _tools.All.Select(tool => tool.Spec.Name));

    [Fact]
    public void Schemas_and_descriptions_stay_small() =>
        Assert.True(_tools.All.Sum(tool => tool.Spec.Description.Length + tool.Spec.ParametersJson.Length) < 1300);

    [Fact]
    public async Task Read_pages_by_lines_and_says_how_to_go_on()
    {
        Put("long.txt", string.Join('\n', Enumerable.Range(1, 100).Select(line => $"line {line}")));

        ToolResult first = await CallAsync("read", """{"path":"long.txt","limit":3}""");
        ToolResult middle = await CallAsync("read", """{"path":"long.txt","offset":99}""");
        ToolResult beyond = await CallAsync("read", """{"path":"long.txt","offset":101}""");

        Assert.Equal("line 1\nline 2\nline 3\n[lines 1-3; the file goes on: call read with offset 4]", first.Text);
        Assert.Equal("line 99\nline 100", middle.Text);
        Assert.True(beyond.IsError);
        Assert.Contains("100 lines", beyond.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_fits_its_page_to_the_window()
    {
        Put("big.txt", string.Join('\n', Enumerable.Repeat(new string('x', 80), 1000)));
        Put("wide.txt", new string('y', 10_000));

        ToolResult page = await CallAsync("read", """{"path":"big.txt"}""", maxChars: 1000);
        ToolResult wide = await CallAsync("read", """{"path":"wide.txt"}""", maxChars: 1000);

        Assert.InRange(page.Text.Length, 900, 1100);
        Assert.Contains("offset 13]", page.Text, StringComparison.Ordinal);
        Assert.InRange(wide.Text.Length, 700, 1000);
        Assert.Contains("[line cut: 10000 characters]", wide.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_refuses_what_is_not_text()
    {
        Put("data.bin", "\u0001\0\u0002");
        PutBytes("picture.png", [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10]);
        Put("empty.txt", "");

        Assert.Contains("binary (3 bytes)", (await CallAsync("read", """{"path":"data.bin"}""")).Text, StringComparison.Ordinal);
        Assert.Contains("image/png", (await CallAsync("read", """{"path":"picture.png"}""")).Text, StringComparison.Ordinal);
        Assert.Equal("(empty file)", (await CallAsync("read", """{"path":"empty.txt"}""")).Text);
    }

    [Fact]
    public async Task Ls_quotes_names_and_pages()
    {
        Put("b.txt", "x");
        Put("a\"b\n.txt", "x");
        Directory.CreateDirectory(_dir.PathOf("größe"));

        ToolResult all = await CallAsync("ls", "{}");
        ToolResult one = await CallAsync("ls", """{"path":".","limit":1}""");

        Assert.Equal("\"a\\\"b\\n.txt\"\n\"b.txt\"\n\"größe/\"", all.Text);
        Assert.EndsWith("[1 of 3 names; call ls with a larger limit or a subdirectory]", one.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_creates_and_replaces()
    {
        Assert.Equal("Created notes/a.md (3 bytes).", (await CallAsync("write", """{"path":"notes/a.md","content":"hé"}""")).Text);
        Assert.Equal("Replaced notes/a.md (0 bytes).", (await CallAsync("write", """{"path":"notes/a.md","content":""}""")).Text);
    }

    [Fact]
    public async Task Edit_applies_all_or_nothing()
    {
        Put("a.txt", "one\ntwo\nthree\n");

        ToolResult failed = await CallAsync(
            "edit", """{"path":"a.txt","edits":[{"oldText":"one","newText":"1"},{"oldText":"four","newText":"4"}]}""");
        Assert.Contains("edit 2 of 'a.txt': oldText was not found", failed.Text, StringComparison.Ordinal);
        Assert.Equal("one\ntwo\nthree\n", Get("a.txt"));

        ToolResult done = await CallAsync(
            "edit", """{"path":"a.txt","edits":[{"oldText":"one","newText":"1"},{"oldText":"three","newText":"3"}]}""");
        Assert.False(done.IsError);
        Assert.Equal("1\ntwo\n3\n", Get("a.txt"));
    }

    [Fact]
    public async Task Edit_accepts_the_names_of_other_agents()
    {
        Put("a.txt", "one");

        await CallAsync("edit", """{"file_path":"a.txt","old_string":"one","new_string":"two"}""");

        Assert.Equal("two", Get("a.txt"));
    }

    [Fact]
    public async Task Edit_keeps_a_byte_order_mark()
    {
        Put("bom.txt", "\uFEFFa");

        await CallAsync("edit", """{"path":"bom.txt","edits":[{"oldText":"a","newText":"b"}]}""");

        Assert.Equal([0xEF, 0xBB, 0xBF, (byte)'b'], await File.ReadAllBytesAsync(_dir.PathOf("bom.txt")));
    }

    [Theory]
    [InlineData("a a", "a", "occurs more than once")]
    [InlineData("abc", "", "oldText is empty")]
    [InlineData("  if (x)\n    y();\n", "if (x)\ny();", null)]
    [InlineData("x  = 1\nx = 1 \n", "x  =  1", "more than one place")]
    public async Task Edit_replaces_only_what_is_meant(string text, string oldText, string? problem)
    {
        Put("a.txt", text);
        string arguments = $$"""{"path":"a.txt","edits":[{"oldText":"{{JsonEncodedText.Encode(oldText)}}","newText":"NEW"}]}""";

        ToolResult result = await CallAsync("edit", arguments);

        Assert.Equal(problem is not null, result.IsError);
        Assert.Contains(problem ?? "1 replacement", result.Text, StringComparison.Ordinal);
        Assert.Equal(problem is null ? "NEW\n" : text, Get("a.txt"));
    }

    private async Task<ToolResult> CallAsync(string name, string json, int maxChars = 16_000)
    {
        Assert.True(_tools.TryGet(name, out ITool? tool));
        Assert.True(ToolArguments.TryRead(tool.Spec, json, out JsonElement arguments, out string problem), problem);
        ToolCallContext context = new()
        {
            SessionKey = SessionKey.Main("main"),
            Workspace = _dir.PathOf("."),
            MaxResultChars = maxChars,
        };
        return await tool.InvokeAsync(context, arguments, CancellationToken.None);
    }

    private void Put(string name, string text) => PutBytes(name, Encoding.UTF8.GetBytes(text));

    private void PutBytes(string name, byte[] content) => File.WriteAllBytes(_dir.PathOf(name), content);

    private string Get(string name) => File.ReadAllText(_dir.PathOf(name));
}
