using OpenClaw.Edge.Memory;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Memory;

public sealed class MemoryChunkerTests
{
    [Fact]
    public void A_short_file_is_one_piece_with_its_lines()
    {
        IReadOnlyList<MemoryChunk> chunks = MemoryChunker.Cut("\n# Home\nThe kettle is blue.\n\n", 400, 80);

        Assert.Equal(new MemoryChunk(2, 3, "Home", "# Home\nThe kettle is blue."), Assert.Single(chunks));
    }

    [Fact]
    public void Short_sections_share_a_piece() =>
        Assert.Single(MemoryChunker.Cut("# A\none\n# B\ntwo\n# C\nthree", 400, 80));

    [Fact]
    public void A_heading_starts_a_piece_when_the_one_before_can_stand_alone()
    {
        string text = "# A\n" + new string('x', 500) + "\n## B\n" + new string('y', 500) + "\n# C\nend";

        IReadOnlyList<MemoryChunk> chunks = MemoryChunker.Cut(text, 400, 80);

        Assert.Equal(["A", "A › B", "C"], chunks.Select(chunk => chunk.Heading));
        Assert.Equal([(1, 2), (3, 4), (5, 6)], chunks.Select(chunk => (chunk.FirstLine, chunk.LastLine)));
        Assert.StartsWith("## B\n", chunks[1].Text);
    }

    [Fact]
    public void What_does_not_fit_goes_on_in_a_piece_that_repeats_the_end_of_the_one_before()
    {
        string[] lines = [.. Enumerable.Range(1, 60).Select(n => $"line {n:00} " + new string('z', 60))];

        IReadOnlyList<MemoryChunk> chunks = MemoryChunker.Cut(string.Join('\n', lines), 400, 80);

        Assert.True(chunks.Count > 2);
        Assert.All(chunks, chunk => Assert.InRange(chunk.Text.Length, 1, 1600));
        for (int i = 1; i < chunks.Count; i++)
        {
            Assert.InRange(chunks[i].FirstLine, chunks[i - 1].LastLine - 4, chunks[i - 1].LastLine);
        }

        Assert.Equal(60, chunks[^1].LastLine);
        Assert.All(lines, line => Assert.Contains(chunks, chunk => chunk.Text.Contains(line)));
    }

    [Fact]
    public void Without_overlap_nothing_is_repeated()
    {
        IReadOnlyList<MemoryChunk> chunks = MemoryChunker.Cut(string.Join('\n', Enumerable.Range(1, 100).Select(n => $"line {n} of a hundred or so")), 100, 0);

        for (int i = 1; i < chunks.Count; i++)
        {
            Assert.Equal(chunks[i - 1].LastLine + 1, chunks[i].FirstLine);
        }
    }

    [Fact]
    public void Chinese_counts_a_token_a_letter()
    {
        IReadOnlyList<MemoryChunk> chunks = MemoryChunker.Cut(new string('茶', 1000), 400, 80);

        Assert.Equal(3, chunks.Count);
        Assert.All(chunks, chunk => Assert.InRange(chunk.Text.Length, 1, 400));
        Assert.Equal(1000, chunks.Sum(chunk => chunk.Text.Length));
    }

    [Fact]
    public void A_line_without_end_is_cut_at_spaces_and_never_inside_a_letter()
    {
        string words = string.Join(' ', Enumerable.Range(0, 2000).Select(n => $"word{n}"));
        string faces = string.Concat(Enumerable.Repeat("😀", 3000));

        IReadOnlyList<MemoryChunk> cut = MemoryChunker.Cut(words, 100, 20);

        Assert.Equal(words, string.Join(' ', cut.Select(chunk => chunk.Text)));
        Assert.All(MemoryChunker.Cut(faces, 33, 8), chunk => Assert.True(
            char.IsHighSurrogate(chunk.Text[0]) && char.IsLowSurrogate(chunk.Text[^1])));
    }

    [Fact]
    public void A_comment_in_code_is_no_heading()
    {
        string code = "# Setup\n```sh\n# not a heading\n" + new string('x', 700) + "\n# neither\nmake\n```";

        Assert.All(MemoryChunker.Cut(code, 400, 80), chunk => Assert.Equal("Setup", chunk.Heading));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \n\t\n")]
    public void Nothing_makes_no_pieces(string text) => Assert.Empty(MemoryChunker.Cut(text, 400, 80));

    [Fact]
    public void Any_text_keeps_all_its_words_and_ends()
    {
        Random random = new(7);
        for (int round = 0; round < 200; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(0, 400)).Select(_ => random.Next(12) switch
            {
                0 => "\n",
                1 => "\n# h\n",
                2 => "茶碗",
                3 => new string('q', random.Next(1, 300)),
                4 => "```\n",
                _ => $"w{random.Next(1000)} ",
            }));
            int tokens = random.Next(8, 60);

            IReadOnlyList<MemoryChunk> chunks = MemoryChunker.Cut(text, tokens, random.Next(0, tokens));

            string all = string.Concat(chunks.Select(chunk => chunk.Text));
            Assert.All(text.Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries).Where(word => word.Length < 5), word => Assert.Contains(word, all));
        }
    }
}
