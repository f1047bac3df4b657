import { basename, dirname } from 'node:path';
import type { ReadContext, TableFormat } from '../reading/export-format.ts';
import { toTargetId } from '../reading/file-naming.ts';
import { toMetricName } from '../reading/labels.ts';
import { openWideRows } from '../reading/wide-rows.ts';

const DAY_AND_SUFFIX = /(-\d{4}-\d{2}-\d{2})?(\.csv)?(\.gz)?$/;

/** The files of collectd's csv plugin: `<host>/<plugin>/<type>-<day>` with the header `epoch,<data source>,...`. */
export const COLLECTD: TableFormat = {
  name: 'collectd CSV',
  recognises: (header) => header[0] === 'epoch' && header.length > 1,
  open: (context) => {
    const { type, ...names } = namesOf(context);
    return openWideRows(context, (source) => {
      const metric = toMetricName(source === 'value' ? type : `${type}.${source}`);
      return { ...names, metric, name: [names.target, metric].filter(Boolean).join('/') };
    });
  },
};

/** Files copied out of their folders have a type only. */
const namesOf = ({ path, name }: ReadContext): { readonly type: string; readonly target?: string } => {
  const type = basename(path ?? name).replace(DAY_AND_SUFFIX, '');
  const plugin = basename(dirname(path ?? ''));
  const host = basename(dirname(dirname(path ?? '')));
  const kind = plugin.split('-')[0] ?? '';
  const isInFolder = type.startsWith(TYPE_PREFIXES[kind] ?? kind) && !['', '.', '..'].includes(kind);
  return isInFolder && host !== '' && host !== '.'
    ? { type: `${plugin}/${type}`, target: toTargetId(host) }
    : { type };
};

/** Types of plugins that do not start with the name of the plugin. */
const TYPE_PREFIXES: Readonly<Record<string, string>> = { interface: 'if_', processes: 'ps_' };
