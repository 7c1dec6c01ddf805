using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace OpenClaw.Edge.Storage;

/// <summary>One connection with its prepared statements. Used by one thread at a time; valid only inside the work it was handed to.</summary>
public sealed class EdgeConnection : IDisposable
{
    // The SQL of the hot paths is well below this.
    private const int MaxStatements = 64;

    private readonly DbConnection _connection;
    private readonly Dictionary<string, DbCommand> _statements = new(StringComparer.Ordinal);
    private List<Action>? _onCommitted;

    internal EdgeConnection(DbConnection connection) => _connection = connection;

    /// <summary>Runs a statement; <paramref name="arguments"/> become <c>$1</c>, <c>$2</c>…</summary>
    /// <returns>Rows that changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteNonQuery();

    /// <summary>Runs a query, or a change with RETURNING, and reads its first row; null when there is none.</summary>
    /// <typeparam name="T">What a row becomes.</typeparam>
    public T? First<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> arguments)
        where T : class
    {
        using DbDataReader reader = Bind(sql, arguments).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    /// <summary>Runs a query whose first column of the first row is a number; 0 when there is no row or it is null.</summary>
    public long Number(string sql, params ReadOnlySpan<object?> arguments) =>
        Bind(sql, arguments).ExecuteScalar() is long number ? number : 0;

    /// <summary>Runs a query and reads its rows until they end or <paramref name="read"/> answers false.</summary>
    public void Each(string sql, Func<DbDataReader, bool> read, params ReadOnlySpan<object?> arguments)
    {
        using DbDataReader reader = Bind(sql, arguments).ExecuteReader();
        while (reader.Read() && read(reader))
        {
        }
    }

    /// <summary>Runs a query and keeps every row: bound it with LIMIT.</summary>
    /// <typeparam name="T">What a row becomes.</typeparam>
    public IReadOnlyList<T> All<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> arguments)
    {
        List<T> rows = [];
        using DbDataReader reader = Bind(sql, arguments).ExecuteReader();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Runs several statements once, without keeping them prepared. For constant text only.</summary>
    [SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "constants of this folder")]
    public void Script(string sql)
    {
        using DbCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Runs <paramref name="action"/> on the writer's loop after the commit and before the write's task completes; never when the
    /// work failed. It must be quick and must not throw.</summary>
    public void OnCommitted(Action action) => (_onCommitted ??= []).Add(action);

    /// <inheritdoc />
    public void Dispose()
    {
        Forget();
        _connection.Dispose();
    }

    internal List<Action>? TakeCommittedActions()
    {
        List<Action>? actions = _onCommitted;
        _onCommitted = null;
        return actions;
    }

    [SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "constants of this folder; values are always parameters")]
    private DbCommand Bind(string sql, ReadOnlySpan<object?> arguments)
    {
        if (!_statements.TryGetValue(sql, out DbCommand? command))
        {
            if (_statements.Count >= MaxStatements)
            {
                Forget();
            }

            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 0; i < arguments.Length; i++)
            {
                DbParameter parameter = command.CreateParameter();
                parameter.ParameterName = $"${i + 1}";
                command.Parameters.Add(parameter);
            }

            _statements.Add(sql, command);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            command.Parameters[i].Value = arguments[i] ?? DBNull.Value;
        }

        return command;
    }

    private void Forget()
    {
        foreach (DbCommand statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
    }
}
