// Tools that introduce themselves, and paths that only probes ask for. A tool's name is believed when it stands where tools
// write it; general clients (curl, Python, Go) are not scanners.
import type { PlacedRecognition, RequestDetector, RequestView } from '../core/detector.ts';
import { headerValue } from '../core/transaction.ts';
import { noSettings } from './settings.ts';

export const scannerSignature: RequestDetector = {
  kind: 'request',
  id: 'scanner-signature',
  phase: 'request-head',
  settings: noSettings,
  load: () => inspect,
};

const TOOLS =
  /(?:^|[\s(/;[])(?:sqlmap|nikto|nuclei|wpscan|acunetix|nessus|openvas|masscan|zgrab|gobuster|feroxbuster|ffuf|fuzz faster u fool|wfuzz|dirbuster|dirb|hydra|w3af|arachni|whatweb|skipfish|havij|jorgee|zmeu|netsparker|invicti|burpcollaborator|commix|xsser|wapiti|joomscan|nmap scripting engine|httpx - open-source|jaeles|dalfox|xray|paros|vega|sqlninja|bsqlbf|appscan|qualys|detectify|morfeus|grendel-scan|n-stealth|webinspect|whisker|zap)(?:$|[\s/;.,:)-])/i;
const PROBES =
  /^\/(?:\.env(?:\.\w+)?|\.git\/(?:config|head|index)|\.svn\/|\.hg\/|\.ds_store|\.htaccess|\.htpasswd|\.aws\/|\.ssh\/|wp-(?:admin|login\.php|config\.php|content\/|includes\/)|xmlrpc\.php|phpmyadmin|pma\/|adminer(?:\.php)?|server-status|server-info|actuator\/(?:env|heapdump|beans|mappings|gateway|jolokia)|jolokia|console\/login|manager\/html|solr\/admin|vendor\/phpunit|cgi-bin\/|boaform\/|hnap1|web-inf\/|phpinfo\.php|info\.php|test\.php|shell\.php|config\.(?:php|json|yml|yaml|bak)|backup\.(?:zip|sql|tar|tar\.gz)|dump\.sql|database\.sql|id_rsa|\.vscode\/|\.idea\/|telescope\/requests|_profiler|elmah\.axd|trace\.axd|owa\/auth|autodiscover|ecp\/)/i;

function inspect(request: RequestView): readonly PlacedRecognition[] {
  const found: PlacedRecognition[] = [];
  const agent = headerValue(request.rawHeaders, 'user-agent') ?? '';
  const tool = TOOLS.exec(agent.slice(0, 512));
  if (tool !== null)
    found.push({
      location: 'header',
      pointer: '/user-agent',
      confidence: 0.85,
      severity: 'medium',
      what: 'the user agent is a scanner',
      matched: tool[0],
    });
  if (PROBES.test(request.path))
    found.push({
      location: 'path',
      pointer: '',
      confidence: 0.5,
      severity: 'low',
      what: 'the path is one that probes ask for',
      matched: request.path,
    });
  return found;
}
