// Korean texts of what shows over many transactions.
import type { Told } from './texts.ts';

const OWNERSHIP = '백엔드에서 객체의 소유자를 확인하고, 추측할 수 없는 ID를 쓰세요.';

export const behaviour: Readonly<Record<string, Told>> = {
  'error-anomaly': {
    en: 'Unusual share of errors',
    title: '비정상적인 오류 비율',
    what: [
      '이번 한 시간 동안 {endpoint}의 응답 {samples}건 가운데 {value}%가 서버 오류였습니다. 평소에는 {usual}%입니다({hours}시간과 비교, 로버스트 z {robustZ}).',
    ],
    why: '백엔드가 스스로, 또는 누군가 고장 내는 방법을 찾아서 고장 나고 있습니다.',
    todo: '이 엔드포인트에 대한 백엔드 로그와, 실패한 요청을 누가 보냈는지 살펴보세요.',
  },
  'latency-anomaly': {
    en: 'Unusual latency',
    title: '비정상적인 지연',
    what: [
      '이번 한 시간 동안 {endpoint}의 응답 열에 아홉이 최대 {value} ms 걸렸습니다. 평소에는 {usual} ms입니다({hours}시간과 비교, 로버스트 z {robustZ}, 응답 {samples}건).',
    ],
    why: '비싼 요청이나 너무 많은 요청이 모두에게 엔드포인트를 느리게 만듭니다.',
    todo: '어떤 요청이 느리고 누가 보내는지 확인하고, 페이지 크기, 필터, 질의 깊이를 제한하세요.',
  },
  'size-anomaly': {
    en: 'Unusual size of answers',
    title: '비정상적인 응답 크기',
    what: [
      '이번 한 시간 동안 {endpoint}의 응답 열에 아홉이 최대 {value}바이트였습니다. 평소에는 {usual}바이트입니다({hours}시간과 비교, 로버스트 z {robustZ}, 응답 {samples}건).',
    ],
    why: '백엔드가 바뀌었거나 필터를 우회해서 평소보다 많은 것이 나갑니다.',
    todo: '오늘의 응답을 학습된 스키마와 비교하고, 새 필드나 레코드가 나가도 되는 것인지 확인하세요.',
  },
  'excessive-data-retrieval': {
    en: 'Excessive retrieval of sensitive data',
    title: '민감 데이터 과다 조회',
    what: [
      '{actor}이(가) {window} 안에 민감한 값 {value}개를 받았습니다. 마지막은 {lastEndpoint}입니다. {comparison}.',
      '{endpoint}에 대한 요청 {count}건이 비슷한 호출자가 1분에 받은 적 없는 만큼의 민감한 값을 요구했습니다.',
    ],
    why: '개인 정보나 비밀 데이터가 대량으로 나갑니다. 응답 하나하나가 허용되었더라도 침해입니다.',
    todo: '무엇에 쓰는 데이터인지 알아보세요. 페이지 크기와 요청 속도를 제한하고, 아무도 모르는 행위자라면 제한하세요.',
  },
  enumeration: {
    en: 'Enumeration of a parameter',
    title: '매개변수 열거',
    what: [
      '{actor}이(가) {window} 안에 {endpoint}에서 {parameter}의 서로 다른 값 {isEstimate}{value}개를 {walk} 시도했습니다. {comparison}.',
    ],
    why: 'ID, 이름, 코드를 하나씩 훑으면 무엇이 존재하는지 드러나며, 데이터 전체가 이렇게 복사됩니다.',
    todo: '행위자별 속도를 제한하고, 있는 것과 없는 것에 똑같이 답하고, 추측할 수 없는 ID를 쓰세요.',
  },
  'rate-anomaly': {
    en: 'Unusual request rate',
    title: '비정상적인 요청 속도',
    what: ['{actor}이(가) {window} 안에 {endpoint}에 {value}번 요청했습니다. {comparison}.'],
    why: '자원이 소진되고 있거나, 자동화되어서는 안 될 것이 자동화되었습니다.',
    todo: '엔드포인트에 속도 제한을 두고, 아무도 모르는 행위자라면 제한하세요.',
  },
  'vulnerability-scanning': {
    en: 'Vulnerability Scanning - ',
    title: '취약점 스캔 - {dominant}',
    what: [
      '{actor}이(가) {window} 안에 서로 다른 위치나 공격 {isEstimate}{value}가지를 시도했습니다. 공격 종류는 {kinds}가지이며 주로 {dominant}입니다.',
    ],
    why: '누군가 구멍을 찾고 있습니다. 오늘 거부된 것은 내일 다른 방법으로 시도됩니다.',
    todo: '출처를 차단하세요. 성공으로 응답된 것이 있는지 증거에서 확인하고, 그것부터 고치세요.',
  },
  'vulnerability-scanning-slow': {
    en: 'Vulnerability Scanning - ',
    title: '취약점 스캔 - {dominant}',
    what: [
      '{actor}이(가) {window} 안에 서로 다른 위치나 공격 {isEstimate}{value}가지를 시도했습니다. 공격 종류는 {kinds}가지이며 주로 {dominant}입니다.',
    ],
    why: '누군가 구멍을 찾으면서 들키지 않으려고 시간을 들이고 있습니다.',
    todo: '출처를 차단하세요. 성공으로 응답된 것이 있는지 증거에서 확인하고, 그것부터 고치세요.',
  },
  'sequence-anomaly': {
    en: 'Unusual order of calls',
    title: '비정상적인 호출 순서',
    what: [
      '{actor}이(가) {window} 안에 밟은 {transitions}단계 가운데 {value}단계는 알려진 {known}단계에서 {probabilityPercent}% 미만으로 일어나는 것입니다. 마지막은 {from}에서 {to}로 갔습니다.',
    ],
    why: '업무 흐름의 단계를 건너뛰거나 되풀이합니다. 원하는 호출만 아는 스크립트가 이렇게 합니다.',
    todo: '한 단계는 그 전제가 되는 단계 뒤에만 가능하도록 백엔드에서 확인하세요.',
  },
  bfla: {
    en: 'Broken function level authorization',
    title: '기능 수준 권한 부여 오류',
    what: [
      '{actor}({role})이(가) {endpoint}에서 {count}번 성공했습니다. 같은 역할의 다른 {peers}명은 성공한 호출 {roleSuccesses}건 동안 한 번도 하지 않은 일입니다. 지금까지 이곳을 쓴 것은 {owners}뿐입니다.',
    ],
    why: '권한 있는 사용자를 위한 기능이 다른 사람에게도 답합니다. 주소만 알면 누구나 쓸 수 있습니다.',
    todo: '이 메서드와 경로에 대한 역할을 백엔드에서 확인하세요. 이것으로 무엇을 했는지 증거에서 확인하세요.',
  },
  'privilege-escalation': {
    en: 'Privilege escalation - field for the privileged',
    title: '권한 상승 - 권한자용 필드',
    what: [
      '{actor}({role})이(가) {endpoint}에 {pointer}을(를) 보냈고 받아들여졌습니다. 다른 {peers}명의 요청 {requests}건에서 그 역할은 아무도 보내지 않았습니다. {echo}.',
    ],
    why: '요청의 모든 필드를 객체에 바인딩하는 백엔드는 호출자가 스스로 역할, 가격, 남의 테넌트를 정하게 둡니다.',
    todo: '호출자가 정해도 되는 필드만 받고(걸러 내기가 아니라 허용 목록으로), 바뀐 객체를 살펴보세요.',
  },
  'data-tampering': {
    en: 'Data tampering - values nobody sends',
    title: '데이터 변조 - 아무도 보내지 않는 값',
    what: [
      '{actor}이(가) {endpoint}에 다른 모든 요청과 다른 값을 {count}건 보냈습니다: {pointer}의 {drift}({seen}). 평소는 요청 {samples}건에서 {usual}입니다.',
    ],
    why: '음수 금액, 0, 다른 형식으로 백엔드의 가격, 한도, 검사를 떠봅니다.',
    todo: '백엔드에서 필드의 범위, 형식, 열거 값을 검증하세요. OpenAPI 문서의 스키마가 있으면 여기서도 강제됩니다.',
  },
  'bola-owner-field': {
    en: 'BOLA - answer belongs to somebody else',
    title: 'BOLA - 남의 것인 응답',
    what: [
      '{actor}이(가) {endpoint}에서 {pointer}이(가) 자신의 {claim}이(가) 아닌 응답 {count}건을 받았습니다. 그 전에 호출자 {peers}명에게 준 응답 {answers}건에서는 항상 자신의 것이었습니다.',
      '{endpoint}의 응답 {count}건이 항상 호출자를 가리키던 자리({pointer})에서 다른 사람을 가리켰습니다.',
    ],
    why: '엔드포인트가 소유자를 확인하지 않고 객체를 내줍니다. 다른 ID를 쓸 수 있으면 누구나 남의 데이터를 읽습니다.',
    todo: '객체가 호출자의 사용자나 테넌트에 속하는지 백엔드에서 확인하세요. 그때까지 호출자를 차단하고, 누구의 객체를 읽었는지 증거에서 확인하세요.',
  },
  'bola-ownership': {
    en: 'BOLA - object of another user',
    title: 'BOLA - 다른 사용자의 객체',
    what: [
      '{actor}이(가) {endpoint}에서 남의 객체 {count}개를 읽었습니다. 그곳의 객체 {objects}개 가운데 {again}개가 두 번 이상 읽혔고, 그중 {singleOwnerPercent}%는 한 사용자만 읽었습니다.',
      '{endpoint}에 대한 요청 {count}건이 남의 객체를 받았습니다.',
    ],
    why: '소유자가 하나인 객체가 다른 사람에게 열려 있습니다. ID를 추측하거나 찾을 수 있으면 모두 읽힐 수 있습니다.',
    todo: '백엔드에서 소유자를 확인하세요. 여러 사람이 함께 쓰는 것이 맞다면 인시던트를 오탐으로 처리하세요.',
  },
  'bola-provenance': {
    en: 'BOLA - ids that were never given out',
    title: 'BOLA - 내준 적 없는 ID',
    what: [
      '{actor}이(가) {window} 안에 {endpoint}에서 어떤 응답도 알려 준 적 없는 ID의 객체 {value}개를 읽었습니다. 다른 {peers}명의 접근 {accesses}건 가운데 {issuedPercent}%는 받은 ID에 대한 것이었습니다.',
      '{endpoint}에 대한 요청 {count}건이 어떤 응답도 호출자에게 알려 준 적 없는 ID를 요청했습니다.',
    ],
    why: '내준 적 없는 ID는 추측했거나, 하나씩 세었거나, 다른 곳에서 얻은 것입니다.',
    todo: OWNERSHIP,
  },
  'bola-unique-objects': {
    en: 'BOLA - many different objects',
    title: 'BOLA - 수많은 서로 다른 객체',
    what: [
      '{actor}이(가) {window} 안에 {endpoint}에서 서로 다른 객체 {isEstimate}{value}개를 읽었습니다. {comparison}.',
    ],
    why: '이렇게 많은 객체를 하나씩 필요로 하는 사람은 없습니다. 객체별 접근을 확인하지 않는 곳에서 데이터를 가져가는 방법입니다.',
    todo: '객체가 호출자의 것인지 증거에서 확인하세요. 백엔드에서 소유자를 확인하고, 사용자별 속도를 제한하세요.',
  },
  'brute-force': {
    en: 'Brute force - password guessing',
    title: '무차별 대입 - 비밀번호 추측',
    what: [
      '{window} 안에 {endpoint}에서 {actor}의 로그인이 {value}번 실패했습니다. 한도는 {threshold}번입니다. {ending}.',
    ],
    why: '끝없이 추측할 수 있으면 결국 맞히게 되고, 그 사용자로 행동합니다.',
    todo: '계정과 주소별로 시도 횟수를 제한하고, 2차 인증을 요구하고, 성공한 시도가 있으면 그 계정을 확인하세요.',
  },
  'credential-stuffing': {
    en: 'Credential stuffing',
    title: '크리덴셜 스터핑',
    what: [
      '{window} 안에 {endpoint}에서 {origin}로부터 서로 다른 계정 {isEstimate}{value}개가 로그인에 실패했습니다. 시도 {attempts}번 가운데 {failures}번 실패했습니다({failedPercent}%).',
    ],
    why: '다른 곳에서 훔친 이름과 비밀번호 쌍을 시도합니다. 언제나 일부는 맞고, 그 계정은 탈취됩니다.',
    todo: '출처를 차단하고, 그 사이 로그인에 성공한 계정을 초기화하고, 2차 인증을 요구하세요.',
  },
  'stolen-credential': {
    en: 'Stolen credential',
    title: '도난된 자격 증명',
    what: [
      '{actor}이(가) 이전에 {uses}번 쓰인 뒤 {window} 안에 다음 징후를 보입니다: {signs}. 네트워크 {networks}개, {countries}.',
    ],
    why: '남의 손에 있는 토큰이나 키는 소유자의 모든 권한을 가집니다.',
    todo: '자격 증명을 폐기하고, 소유자에게 알리고, 그 뒤 무엇을 했는지 증거에서 확인하세요.',
  },
};
