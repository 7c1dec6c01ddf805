using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Memory;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Memory;

/// <summary>The index on a real database: what is found, what is kept, what is asked of the embedder.</summary>
public sealed class MemoryIndexTests : IAsyncLifetime
{
    private readonly MemoryHome _home = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task Words_are_found_without_an_embedder_and_it_says_so()
    {
        _home.HasEmbedder = false;
        _home.Write("MEMORY.md", "# Home\nThe kettle is blue.");
        _home.Write("memory/2026-11-03.md", "Bought a dog.");

        MemoryAnswer answer = await _home.SearchAsync("blue kettle");

        MemoryHit hit = Assert.Single(answer.Hits);
        Assert.Equal(("MEMORY.md", 1, 2), (hit.Path, hit.FirstLine, hit.LastLine));
        Assert.Equal("fts-only", answer.Mode);
        Assert.Equal("Searched by words only. No embedding model was found.", answer.Notice);
    }

    [Fact]
    public async Task Meaning_is_found_where_no_word_is_the_same()
    {
        _home.Write("memory/a.md", "The teapot stands on the shelf.");
        _home.Write("memory/b.md", "The auto needs new tyres.");
        MemoryStatus status = await _home.IndexAsync();

        MemoryAnswer answer = await _home.SearchAsync("vehicle");

        Assert.Equal((2, 2, 2, "test/words"), (status.Files, status.Chunks, status.Embedded, status.IndexModel));
        Assert.Equal(["memory/b.md"], answer.Hits.Select(hit => hit.Path));
        Assert.Equal(("hybrid", null), (answer.Mode, answer.Notice));
        Assert.InRange(answer.Hits[0].ByMeaning!.Value, 0.95, 1.0);
    }

    [Fact]
    public async Task Only_what_changed_is_embedded()
    {
        string first = "# One\n" + new string('x', 800) + " kettle";
        _home.Write("memory/a.md", first);
        await _home.IndexAsync();
        _home.Embedded.Clear();
        _home.Write("memory/a.md", first + "\n# Two\nA dog.");

        await _home.IndexAsync();

        Assert.Equal("Two\n# Two\nA dog.", Assert.Single(_home.Embedded));
        Assert.Equal(["memory/a.md"], await _home.PathsAsync("puppy"));
    }

    [Fact]
    public async Task What_comes_back_is_not_embedded_again()
    {
        _home.Write("memory/a.md", "A dog.");
        await _home.IndexAsync();
        _home.Delete("memory/a.md");
        await _home.IndexAsync();
        Assert.Empty((await _home.SearchAsync("dog")).Hits);
        _home.Write("memory/b.md", "A dog.");
        await _home.IndexAsync();
        await _home.IndexAsync(force: true);

        Assert.Equal(["A dog.", "ping"], _home.Embedded);
        Assert.Equal(["memory/b.md"], await _home.PathsAsync("puppy"));
    }

    [Fact]
    public async Task Without_a_cache_nothing_is_kept_of_what_is_gone()
    {
        _home.Settings = _home.Settings with { Cache = false };
        _home.Write("memory/a.md", "A dog.");
        _home.Write("memory/c.md", "A car.");
        await _home.IndexAsync();
        _home.Delete("memory/a.md");
        _home.Write("memory/c.md", "A red car.");

        await _home.IndexAsync();

        Assert.Equal(1, _home.Number("SELECT COUNT(*) FROM memory_vectors"));
        Assert.Equal(1, _home.Number("SELECT COUNT(*) FROM memory_chunks"));
    }

    [Fact]
    public async Task Another_model_means_new_vectors_and_none_of_the_old()
    {
        for (int i = 0; i < 30; i++)
        {
            _home.Write($"memory/n{i}.md", $"Note {i} about a car.");
        }

        await _home.IndexAsync();
        _home.Embedded.Clear();
        (_home.Model, _home.Dimensions) = ("test/other", 8);

        MemoryStatus status = await _home.IndexAsync();

        Assert.Equal(30, _home.Embedded.Count);
        Assert.Equal((30, "test/other"), (status.Embedded, status.IndexModel));
        Assert.Equal(0, _home.Number("SELECT COUNT(*) FROM memory_packs p JOIN memory_models m ON m.id = p.model_id WHERE m.name <> 'test/other'"));
        Assert.Equal("hybrid", (await _home.SearchAsync("vehicle")).Mode);
        _home.Embedded.Clear();
        (_home.Model, _home.Dimensions) = ("test/words", 16);
        await _home.IndexAsync();
        Assert.Empty(_home.Embedded); // the first one's are still there
        Assert.Equal("test/words", (await _home.IndexAsync()).IndexModel);
    }

    [Fact]
    public async Task A_model_that_changes_its_length_is_refused_until_it_is_forced()
    {
        _home.Write("memory/a.md", "A dog.");
        await _home.IndexAsync();
        _home.Dimensions = 8;
        _home.Write("memory/b.md", "A car.");

        MemoryStatus refused = await _home.IndexAsync();
        MemoryAnswer answer = await _home.SearchAsync("dog");
        MemoryStatus forced = await _home.IndexAsync(force: true);

        Assert.Equal((1, 2), (refused.Embedded, refused.Chunks));
        Assert.Contains("makes vectors of 8 numbers where the index has 16", refused.Problem);
        Assert.Contains("openclaw memory index --force", refused.Problem);
        Assert.Equal("fts-only", answer.Mode);
        Assert.Equal(["memory/a.md"], answer.Hits.Select(hit => hit.Path));
        Assert.Equal((2, null), (forced.Embedded, forced.Problem));
        Assert.Equal(["memory/b.md"], await _home.PathsAsync("vehicle"));
    }

    [Fact]
    public async Task A_piece_that_the_model_refuses_is_left_to_its_words()
    {
        _home.Write("memory/a.md", "A dog.");
        _home.Write("memory/b.md", "A poisonous car.");
        _home.Write("memory/c.md", "A garden.");
        _home.Fault = (texts, _) => texts.Any(text => text.Contains("poison")) ? throw new MemoryEmbedderException("input too long", isInput: true) : Task.CompletedTask;

        MemoryStatus status = await _home.IndexAsync();

        Assert.Equal((3, 2, null), (status.Chunks, status.Embedded, status.Problem));
        Assert.Equal(["memory/b.md"], await _home.PathsAsync("poisonous"));
        int calls = _home.Calls;
        await _home.IndexAsync();
        Assert.Equal(calls, _home.Calls);
    }

    [Fact]
    public async Task A_server_that_refuses_everything_is_a_failure_and_no_text_is_given_up()
    {
        _home.Write("memory/a.md", "A dog.");
        _home.Fault = (_, _) => throw new MemoryEmbedderException("this model makes no embeddings", isInput: true);

        MemoryStatus status = await _home.IndexAsync();

        Assert.Equal((0, "this model makes no embeddings"), (status.Embedded, status.Problem));
        _home.Fault = null;
        Assert.Equal(1, (await _home.IndexAsync()).Embedded);
    }

    [Fact]
    public async Task A_restart_finds_everything_done()
    {
        _home.Write("memory/a.md", "A dog.");
        await _home.IndexAsync();
        int calls = _home.Calls;

        await _home.RestartAsync();
        MemoryStatus status = await _home.IndexAsync();

        Assert.Equal((1, 1, calls), (status.Files, status.Embedded, _home.Calls));
        Assert.Equal(["memory/a.md"], await _home.PathsAsync("puppy"));
    }

    [Fact]
    public async Task A_file_that_was_half_indexed_at_a_crash_is_indexed_again()
    {
        _home.Write("memory/a.md", "A dog.");
        await _home.IndexAsync();
        await _home.Database.WriteAsync(
            connection => connection.Execute("UPDATE memory_files SET hash = x'', modified_ms = modified_ms - 90000"), TestContext.Current.CancellationToken);
        await _home.Database.WriteAsync(connection => connection.Execute("DELETE FROM memory_chunks"), TestContext.Current.CancellationToken);

        Assert.Equal(1, (await _home.IndexAsync()).Chunks);
        Assert.Equal(["memory/a.md"], await _home.PathsAsync("dog"));
    }

    [Fact]
    public async Task Agents_do_not_see_each_others_notes()
    {
        _home.Write("memory/a.md", "The dog is called Rex.");
        _home.Write("memory/a.md", "The dog is called Bello.", "other");
        await _home.IndexAsync();
        await _home.IndexAsync(agent: "other");

        Assert.Contains("Rex", Assert.Single((await _home.SearchAsync("dog")).Hits).Text);
        Assert.Contains("Bello", Assert.Single((await _home.SearchAsync("puppy", "other")).Hits).Text);
    }

    [Theory]
    [InlineData("\"blue\" OR kettle NOT (x")]
    [InlineData("kettle*")]
    [InlineData("'; DROP TABLE memory_files; --kettle")]
    [InlineData("NEAR(kettle)")]
    [InlineData("{text}: kettle ^ -")]
    [InlineData("KETTLE?!")]
    public async Task Operators_in_a_query_are_words(string query)
    {
        _home.HasEmbedder = false;
        _home.Write("MEMORY.md", "The kettle is blue.");

        Assert.Equal(["MEMORY.md"], await _home.PathsAsync(query));
    }

    [Theory]
    [InlineData("红茶", "memory/zh.md")]
    [InlineData("京都の", "memory/ja.md")]
    [InlineData("회의실", "memory/ko.md")]
    [InlineData("茶", "memory/zh.md")]
    [InlineData("configur", "memory/en.md")]
    [InlineData("Uberraschung", "memory/de.md")]
    public async Task Every_script_is_found(string query, string path)
    {
        _home.HasEmbedder = false;
        _home.Write("memory/zh.md", "我喜欢喝红茶，不喜欢咖啡。");
        _home.Write("memory/ja.md", "京都の旅館を予約した。");
        _home.Write("memory/ko.md", "회의실은 3층에 있다.");
        _home.Write("memory/en.md", "The configuration lies in the cupboard.");
        _home.Write("memory/de.md", "Eine Überraschung zum Geburtstag.");

        Assert.Equal([path], await _home.PathsAsync(query));
    }

    [Fact]
    public async Task A_note_is_found_by_its_name()
    {
        _home.HasEmbedder = false;
        _home.Write("memory/2026-11-03-visit.md", "Nothing special.");
        _home.Write("memory/other.md", "On 2026-11-03 we went out and 2026-11-03 was fine.");

        Assert.Equal("memory/2026-11-03-visit.md", (await _home.PathsAsync("what happened on 2026-11-03?"))[0]);
        Assert.Equal("memory/other.md", (await _home.PathsAsync("other.md"))[0]);
    }

    [Fact]
    public async Task Links_and_hidden_files_are_left_out()
    {
        string secret = Path.Combine(_home.Root, "secret.md");
        await File.WriteAllTextAsync(secret, "The dog has a secret.", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(_home.Root, "outside"));
        await File.WriteAllTextAsync(Path.Combine(_home.Root, "outside", "x.md"), "dog", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_home.Root, "main", "MEMORY.md"), secret);
        File.CreateSymbolicLink(Path.Combine(_home.Root, "main", "memory", "link.md"), secret);
        Directory.CreateSymbolicLink(Path.Combine(_home.Root, "main", "memory", "folder"), Path.Combine(_home.Root, "outside"));
        _home.Write("memory/.hidden/x.md", "dog");
        _home.Write("memory/kept.md", "A dog.");

        MemoryStatus status = await _home.IndexAsync();

        Assert.Equal(1, status.Files);
        Assert.Equal(["memory/kept.md"], await _home.PathsAsync("dog"));
        Assert.Null(_home.Index.ReadFile(_home.Scope(), "MEMORY.md"));
        Assert.Null(_home.Index.ReadFile(_home.Scope(), "memory/../../secret.md"));
        Assert.Null(_home.Index.ReadFile(_home.Scope(), "../secret.md"));
        Assert.NotNull(_home.Index.ReadFile(_home.Scope(), "memory/kept.md"));
    }

    [Fact]
    public async Task A_memory_folder_that_is_a_link_is_left_out()
    {
        string outside = Directory.CreateDirectory(Path.Combine(_home.Root, "outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "x.md"), "A dog.", TestContext.Current.CancellationToken);
        Directory.Delete(Path.Combine(_home.Root, "main", "memory"));
        Directory.CreateSymbolicLink(Path.Combine(_home.Root, "main", "memory"), outside);

        Assert.Equal(0, (await _home.IndexAsync()).Files);
    }

    [Fact]
    public async Task Folders_that_the_configuration_adds_are_searched()
    {
        string team = Directory.CreateDirectory(Path.Combine(_home.Root, "team", "runbooks")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(team, "runbooks", "router.md"), "Restart the router.", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(team, "draft.md"), "The router is a draft.", TestContext.Current.CancellationToken);
        string single = Path.Combine(_home.Root, "single.md");
        await File.WriteAllTextAsync(single, "One garden.", TestContext.Current.CancellationToken);
        _home.Settings = _home.Settings with { ExtraPaths = [new MemoryExtraPath(team, "runbooks/**/*.md"), new MemoryExtraPath("../single.md", null)] };

        Assert.Equal(2, (await _home.IndexAsync()).Files);
        Assert.Equal([Path.Combine(team, "runbooks", "router.md")], await _home.PathsAsync("network"));
        Assert.Equal([single], await _home.PathsAsync("garden"));
        Assert.NotNull(_home.Index.ReadFile(_home.Scope(), single));
        Assert.Null(_home.Index.ReadFile(_home.Scope(), Path.Combine(team, "draft.md")));
    }

    [Fact]
    public async Task Many_pieces_fill_packs_and_changes_keep_them_right()
    {
        for (int i = 0; i < 40; i++)
        {
            _home.Write($"memory/n{i}.md", string.Join('\n', Enumerable.Range(0, 20).Select(n => $"# H{n}\n{new string('x', 420)} number{i}x{n}")));
        }

        _home.Dimensions = 4096; // 16 vectors a pack
        await _home.IndexAsync();
        for (int i = 0; i < 30; i++)
        {
            _home.Delete($"memory/n{i}.md");
        }

        _home.Write("memory/n35.md", "A dog alone.");
        MemoryStatus status = await _home.IndexAsync();

        Assert.Equal(status.Chunks, status.Embedded);
        Assert.Equal(10, status.Files);
        Assert.Equal(status.Chunks, _home.Number("SELECT SUM(live) FROM memory_packs"));
        Assert.Equal(0, _home.Number("SELECT COUNT(*) FROM memory_packs WHERE live * 4 < used AND used > 7"));
        Assert.Equal(0, _home.Number("SELECT COUNT(*) FROM memory_codes WHERE pack NOT IN (SELECT id FROM memory_packs)"));
        Assert.Equal("memory/n35.md", (await _home.PathsAsync("puppy"))[0]);
    }

    [Fact]
    public async Task The_word_indexes_follow_every_change()
    {
        for (int round = 0; round < 12; round++)
        {
            _home.Write("memory/a.md", $"Round {round} with marker{round} 标记{round}号码");
            await _home.IndexAsync();
        }

        await _home.Database.WriteAsync(
            connection =>
            {
                connection.Execute("INSERT INTO memory_words (memory_words, rank) VALUES ('integrity-check', 1)");
                connection.Execute("INSERT INTO memory_grams (memory_grams, rank) VALUES ('integrity-check', 1)");
            },
            TestContext.Current.CancellationToken);
        Assert.Empty(await _home.PathsAsync("marker3", minScore: 0.9));
        Assert.Equal(["memory/a.md"], await _home.PathsAsync("marker11"));
    }

    [Fact]
    public async Task A_changed_rule_cuts_files_again()
    {
        _home.Write("memory/a.md", string.Join('\n', Enumerable.Range(0, 60).Select(n => $"line {n} {new string('y', 40)}")));
        long before = (await _home.IndexAsync()).Chunks;
        _home.Settings = _home.Settings with { ChunkTokens = 100, ChunkOverlap = 0 };

        Assert.True((await _home.IndexAsync()).Chunks > before);
    }

    [Fact]
    public async Task Nothing_to_search_asks_nobody()
    {
        MemoryAnswer answer = await _home.SearchAsync("anything");

        Assert.Empty(answer.Hits);
        Assert.Contains("no notes", answer.Notice);
        Assert.Equal(0, _home.Calls);
        Assert.False(_home.Scope().HasNotes && !Directory.Exists(Path.Combine(_home.Root, "main", "memory")));
    }
}
