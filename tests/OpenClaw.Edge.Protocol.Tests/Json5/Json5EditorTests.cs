using System.Text;
using OpenClaw.Edge.Protocol.Json5;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Json5;

public sealed class Json5EditorTests
{
    [Fact]
    public void A_value_is_replaced_and_nothing_else() => AssertSet(
        "{\n  // the port\n  gateway: { port: 18789, /* lan */ bind: 'lan', }, // end\n}\n",
        ["gateway", "port"], "18790",
        "{\n  // the port\n  gateway: { port: 18790, /* lan */ bind: 'lan', }, // end\n}\n");

    [Fact]
    public void A_new_key_goes_behind_the_last_one_with_its_indentation() => AssertSet(
        "{\n    a: 1, // one\n    b: 2, // two\n}\n", ["c"], "3",
        "{\n    a: 1, // one\n    b: 2, // two\n    c: 3,\n}\n");

    [Fact]
    public void A_comma_is_added_where_there_was_none() => AssertSet(
        "{\n  \"a\": 1, \n  \"b\": 2 // two\n}", ["c"], "\"x\"",
        "{\n  \"a\": 1, \n  \"b\": 2, // two\n  \"c\": \"x\"\n}");

    [Fact]
    public void An_object_on_one_line_stays_on_one_line() => AssertSet(
        "{ a: { b: 1 } }", ["a", "c"], "2", "{ a: { b: 1, c: 2 } }");

    [Fact]
    public void Missing_objects_are_made() => AssertSet(
        "{\n  a: 1,\n}\n", ["gateway", "auth", "mode"], "\"token\"",
        "{\n  a: 1,\n  gateway: {\"auth\":{\"mode\":\"token\"}},\n}\n");

    [Fact]
    public void An_empty_file_becomes_an_object_below_its_comments() => AssertSet(
        "// mine\n", ["a"], "1", "// mine\n{\n  a: 1\n}\n");

    [Fact]
    public void Comments_in_an_empty_object_stay() => AssertSet(
        "{\n  // nothing yet\n}\n", ["a"], "1", "{\n  // nothing yet\n  a: 1\n}\n");

    [Fact]
    public void Odd_keys_are_quoted() => AssertSet(
        "{\n  models: {\n    'a/b': 1,\n  },\n}", ["models", "x.y"], "2",
        "{\n  models: {\n    'a/b': 1,\n    \"x.y\": 2,\n  },\n}");

    [Fact]
    public void List_items_are_replaced_and_appended()
    {
        AssertSet("[1, 2, 3]", [1], "9", "[1, 9, 3]");
        AssertSet("{ l: ['a'] }", ["l", 1], "'b'", "{ l: ['a', \"b\"] }");
        AssertSet("{ l: [] }", ["l", 0], "1", "{ l: [1] }");
    }

    [Fact]
    public void Long_values_are_indented_like_their_surroundings() => AssertSet(
        "{\r\n\tmodels: null,\r\n}", ["models"], """{"mode":"merge","providers":{"ollama":{"baseUrl":"http://127.0.0.1:11434"}}}""",
        "{\r\n\tmodels: {\r\n\t  \"mode\": \"merge\",\r\n\t  \"providers\": {\r\n\t    \"ollama\": {\r\n\t      \"baseUrl\": \"http://127.0.0.1:11434\"\r\n\t    }\r\n\t  }\r\n\t},\r\n}");

    [Fact]
    public void Of_a_key_given_twice_the_last_one_is_changed() => AssertSet("{a: 1, a: 2}", ["a"], "3", "{a: 1, a: 3}");

    [Fact]
    public void A_value_in_the_way_is_an_error_with_its_place()
    {
        Assert.False(Json5Editor.TrySet("{\n a: 5 }"u8.ToArray(), ["a", "b"], "1", out _, out Json5Error? error));
        Assert.Equal((Json5Fault.NoSuchPlace, 2), (error.Fault, error.Line));
        Assert.False(Json5Editor.TrySet("{ l: [1] }"u8.ToArray(), ["l", 5], "1", out _, out error));
        Assert.Equal(Json5Fault.NoSuchPlace, error.Fault);
    }

    [Fact]
    public void A_bad_value_or_a_bad_text_is_refused()
    {
        Assert.False(Json5Editor.TrySet("{}"u8.ToArray(), ["a"], "{", out _, out _));
        Assert.False(Json5Editor.TrySet("{a:"u8.ToArray(), ["a"], "1", out _, out _));
    }

    [Theory]
    [InlineData("{\n  a: 1, // one\n  b: 2,\n}\n", "a", "{\n  b: 2,\n}\n")]
    [InlineData("{\n  a: 1,\n  b: 2 // two\n}\n", "b", "{\n  a: 1\n}\n")]
    [InlineData("{\n  a: 1,\n  b: 2,\n}\n", "b", "{\n  a: 1,\n}\n")]
    [InlineData("{ a: 1, b: 2, c: 3 }", "a", "{ b: 2, c: 3 }")]
    [InlineData("{ a: 1, b: 2, c: 3 }", "b", "{ a: 1, c: 3 }")]
    [InlineData("{ a: 1, b: 2 }", "b", "{ a: 1 }")]
    [InlineData("{ a: 1 }", "a", "{  }")]
    [InlineData("{ a: 1 }", "zz", "{ a: 1 }")]
    [InlineData("{ a: 1,\n  b: 2 }", "a", "{ b: 2 }")]
    public void A_key_is_removed_with_its_line(string before, string key, string after)
    {
        Assert.True(Json5Editor.TryUnset(Encoding.UTF8.GetBytes(before), [key], out byte[]? edited, out Json5Error? error), error?.ToString());
        Assert.Equal(after, Encoding.UTF8.GetString(edited));
    }

    [Theory]
    [InlineData("{ a: 1,\n  // about b\n  b: 2 }", "a", "{\n  // about b\n  b: 2 }")]
    [InlineData("{ a: 1, // about a\n  // about b\n  b: 2 }", "a", "{\n  // about b\n  b: 2 }")]
    [InlineData("{ a: 1, b: 2, // about b\r\n  /* about\r\n c */ c: 3 }", "b", "{ a: 1,\r\n  /* about\r\n c */ c: 3 }")]
    [InlineData("{ a: 1, /* about b */ b: 2 }", "a", "{ /* about b */ b: 2 }")]
    [InlineData("{ a: 1 /* about a */, /* about b */ b: 2 }", "a", "{ /* about b */ b: 2 }")]
    [InlineData("{\n  a: 1, /* about\n b */ b: 2,\n}", "a", "{\n  /* about\n b */ b: 2,\n}")]
    [InlineData("{\n  a: 1,\n  // about b\n  b: 2,\n}", "a", "{\n  // about b\n  b: 2,\n}")]
    [InlineData("{\n  // about a\n  a: 1,\n\n  // about b\n  b: 2,\n}", "a", "{\n  // about a\n\n  // about b\n  b: 2,\n}")]
    public void Comments_before_the_next_key_stay(string before, string key, string after)
    {
        Assert.True(Json5Editor.TryUnset(Encoding.UTF8.GetBytes(before), [key], out byte[]? edited, out Json5Error? error), error?.ToString());
        Assert.Equal(after, Encoding.UTF8.GetString(edited));
    }

    private static void AssertSet(string before, object[] path, string value, string after)
    {
        Assert.True(Json5Editor.TrySet(Encoding.UTF8.GetBytes(before), path, value, out byte[]? edited, out Json5Error? error), error?.ToString());
        Assert.Equal(after, Encoding.UTF8.GetString(edited));
    }
}
