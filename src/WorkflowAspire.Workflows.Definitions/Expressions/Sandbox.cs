using System.Globalization;
using System.Text.Json;
using Jint;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>Runs scripts with JSON in and JSON out: no access to the process, and limits on time, memory, statements and recursion.</summary>
internal sealed class Sandbox(IOptions<DefinitionOptions> options)
{
    private const int LongestText = 5_000_000;

    // One call could allocate far more than any limit before the limit is looked at again, so these look first.
    private static readonly Prepared<Acornima.Ast.Script> Guards = Engine.PrepareScript(
        $$"""
        (() => {
          const limit = {{LongestText}};
          const guard = (owner, name, size) => {
            const original = owner[name];
            Object.defineProperty(owner, name, { value: function (...given) {
              if (size(this, given) > limit) throw new RangeError(`${name} would give a text of more than ${limit} characters`);
              return original.apply(this, given);
            }, writable: false, configurable: false });
          };
          const times = (text, by) => String(text).length * Math.max(1, Number(by) || 0);
          const replaced = (text, [pattern, by]) => typeof by === 'function' ? 0
            : (String(text).length + 1) * String(by).length * (String(by).includes('$') ? String(text).length + 1 : 1);
          guard(String.prototype, 'repeat', (text, [count]) => times(text, count));
          guard(String.prototype, 'padStart', (text, [length]) => Number(length) || 0);
          guard(String.prototype, 'padEnd', (text, [length]) => Number(length) || 0);
          guard(String.prototype, 'replaceAll', replaced);
          guard(String.prototype, 'replace', (text, given) => given[0] instanceof RegExp && given[0].global ? replaced(text, given) : 0);
          guard(Array.prototype, 'join', (list, [separator]) => (list.length || 0) * (separator === undefined ? 1 : String(separator).length));
        })();
        for (const name of ['ArrayBuffer', 'SharedArrayBuffer', 'Atomics', 'DataView', 'WeakRef', 'FinalizationRegistry', 'Int8Array', 'Uint8Array',
          'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'])
          delete globalThis[name];
        """);

    private static readonly Prepared<Acornima.Ast.Script> OnlyDeterministic = Engine.PrepareScript(
        "delete globalThis.Date; delete globalThis.Temporal; delete globalThis.Intl; delete Math.random;");

    public static Prepared<Acornima.Ast.Script> PrepareExpression(string source) => Prepare($"({source}\n)");

    public static Prepared<Acornima.Ast.Script> PrepareFunctionBody(string source) => Prepare($"(function () {{{source}\n}}).call(undefined)");

    /// <summary>Evaluates a script that must give the same each time.</summary>
    public JsonElement Evaluate(in Prepared<Acornima.Ast.Script> script, string variables, CancellationToken ct) =>
        Run(script, variables, options.Value.ExpressionTimeout, deterministic: true, ct);

    /// <summary>Runs a script that may use clock and chance.</summary>
    public JsonElement RunCode(in Prepared<Acornima.Ast.Script> script, string variables, CancellationToken ct) =>
        Run(script, variables, options.Value.CodeTimeout, deterministic: false, ct);

    private JsonElement Run(in Prepared<Acornima.Ast.Script> script, string variables, TimeSpan timeout, bool deterministic, CancellationToken ct)
    {
        var limits = options.Value;
        using var engine = new Engine(sandbox =>
        {
            sandbox.Strict().DisableStringCompilation().Culture(CultureInfo.InvariantCulture).LocalTimeZone(TimeZoneInfo.Utc)
                .TimeoutInterval(timeout).LimitMemory(limits.MemoryLimit).MaxStatements(limits.MaxStatements).LimitRecursion(limits.MaxRecursion)
                .MaxArraySize(1_000_000).RegexTimeoutInterval(timeout).CancellationToken(ct);
            sandbox.AgentCanSuspend = false;
        });
        engine.Execute(Guards);
        if (deterministic) engine.Execute(OnlyDeterministic);
        engine.SetValue("variables", variables);
        var json = engine.Evaluate(script);
        return json.IsString() ? JsonElement.Parse(json.AsString()) : throw new InvalidOperationException("it gives nothing that JSON can hold (a function or a symbol)");
    }

    private static Prepared<Acornima.Ast.Script> Prepare(string value) => Engine.PrepareScript(
        $$"""
        (() => {
          const { input, steps, run, item, index } = JSON.parse(variables);
          delete globalThis.variables;
          const stringify = JSON.stringify;
          const value = {{value}};
          if (value instanceof Promise) throw new TypeError('it gives a promise; await and async are not available here');
          return value === undefined ? 'null' : stringify(value);
        })()
        """,
        strict: true);
}
